"""Problems on solid bodies: closed triangle meshes of one connectivity whose vertices are the design."""
