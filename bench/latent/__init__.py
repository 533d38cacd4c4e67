"""Pictures of a latent space: maps, paths, interpolation, samples and animations."""
