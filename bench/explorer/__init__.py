"""A page to explore latent spaces in: drag a point over a plane and the shape follows, with no network or server."""
