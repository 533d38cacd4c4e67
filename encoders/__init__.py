"""Encoders: one file each, each usable on its own.

An encoder maps designs to a latent space and back. `encoders.base.Encoder` is the whole interface. Nothing here imports
problems or the benchmark.
"""
