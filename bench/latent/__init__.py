"""Looking at a latent space: maps, paths, interpolation, samples, animations, and a page to play with."""
