"""Names for settings of a few encoder classes: the defaults that each sets; all parameters can still be given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

LINEAR, AUTOENCODER = "encoders.linear:Linear", "encoders.autoencoder:Autoencoder"


@dataclass(frozen=True)
class Preset:
    """A class with defaults of its own.

    Attributes
    ----------
    target : str
        "package.module:Class".
    summary : str
        What it is, in a line.
    defaults : dict
        Of the class's parameters.
    """

    target: str
    summary: str
    defaults: dict[str, Any] = field(default_factory=dict)


PRESETS = {
    "pca": Preset(LINEAR, "Principal components of the designs.", {"basis": "pca"}),
    "fourier": Preset(
        LINEAR, "Smooth modes of the layout by rising frequency; learns but the mean.", {"basis": "fourier"}
    ),
    "bspline": Preset(LINEAR, "Splines of few control points; learns but the mean.", {"basis": "bspline"}),
    "random-subspace": Preset(LINEAR, "Random smooth directions; learns but the mean.", {"basis": "random"}),
    "raw-fourier": Preset(
        LINEAR,
        "Raw search, k = d, over all smooth modes: the coordinates of Sobolev descent.",
        {"basis": "fourier", "latent_dim": None},
    ),
    "raw-data": Preset(
        LINEAR,
        "Raw search, k = d, over all principal components: it knows mean and covariance of the data.",
        {"basis": "whitened-pca", "latent_dim": None},
    ),
    "vae": Preset(AUTOENCODER, "Variational autoencoder, the classic perceptron."),
    "ae": Preset(AUTOENCODER, "Autoencoder without a regulariser.", {"regulariser": "none"}),
    "conv-vae": Preset(
        AUTOENCODER, "Variational, of convolutions over the layout's axes.", {"architecture": "conv", "hidden": 64}
    ),
    "lstm-vae": Preset(
        AUTOENCODER, "Variational, recurrent along the layout's first axis.", {"architecture": "lstm", "hidden": 32}
    ),
    "info-vae": Preset(
        AUTOENCODER, "Its latents drawn to the prior as a whole.", {"regulariser": "mmd", "beta": 100.0}
    ),
    "least-volume-ae": Preset(
        AUTOENCODER, "Shrinks the latent dimensions that it does not need.", {"regulariser": "least-volume"}
    ),
    "spectral-vae": Preset(
        AUTOENCODER,
        "Variational, decoding to coefficients of smooth modes; sampled from a mixture.",
        {"output": "spectral", "beta": 0.1, "mixture": 20},
    ),
    "untrained": Preset(AUTOENCODER, "The networks of a VAE before training.", {"epochs": 0}),
}
