"""A page on which one moves through latent spaces: drag a point over a plane; it needs no network and no server."""
