"""The autoencoder: an architecture, an output, a regulariser and a loss, any of each with any other."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal, cast, get_args

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from encoders.base import Encoder, Layout
from encoders.fields import Field, why_not
from encoders.mixture import Mixture
from encoders.networks import ARCHITECTURES, Architecture
from encoders.outputs import FIXED, Direct, OutputName, Sigmoid, emitted, fixed_basis, output, unfit
from encoders.regularisers import REGULARISERS, RegulariserName
from encoders.stored import stored
from encoders.training import Trainer

MARGIN = 0.05
"""Room on either side of the designs in the box of the output "sigmoid", as a share of their extent."""
Loss = Literal["mse", "bce"]


class Autoencoder(Encoder):
    """Two networks, d → codes and k → design, trained to reconstruct designs from k numbers.

    Training is in float32, everything after it in float64.

    Parameters
    ----------
    latent_dim : int
        The dimension k of the latent space.
    architecture : {"mlp", "conv", "lstm"}
        "mlp": hidden layers with ReLU. "conv": convolutions over one or two axes of the layout, circular along a closed
        axis. "lstm": a recurrent network along the first axis; with two axes, it reads one column at a time.
    output : {"direct", "sigmoid", "spectral", "bspline"}, optional
        What the decoder's numbers mean, added to the mean design. "direct": coordinates. "sigmoid": coordinates
        squashed into the box of the training designs, 5 % wider on each side. "spectral", "bspline": the weights of a
        fixed smooth basis of the layout, its modes up to the frequency `modes`, or a cubic spline of about as many
        control points (on an outline, 2 · `modes` + 1). By default "sigmoid" for the loss "bce", "direct" for "mse".
    regulariser : {"kl", "mmd", "least-volume", "none"}
        What shapes the latent space; see `encoders.regularisers`.
    loss : {"mse", "bce"}
        "mse": squared error. "bce": binary cross-entropy of the positions of coordinates in the box; it needs the
        output "sigmoid". Designs are in units of their deviation from the mean design. Both losses are summed over
        coordinates and averaged over designs, so that β means about the same for both.
    beta : float
        The weight β of the regulariser, at least 0.
    warm_up : float
        The share of the training, in [0, 1], over which β grows from 0.
    hidden : int or list of int
        Width of the hidden layer, or of each of several, from the design to the codes. An LSTM has one layer per width,
        and all widths must be the same. Convolutions have a quarter as many channels, and halve the number of points
        once per width; with one width, three times.
    modes : int
        Of the outputs "spectral" and "bspline".
    mixture : int
        Components of the Gaussian mixture that is fitted to the encoded designs and that `sample` draws from (ex-post
        density estimation); 0 to draw from the prior of the regulariser.
    epochs, batch_size : int
    learning_rate : float
        See `encoders.training.Trainer`. With 0 epochs the networks are untrained, as a placebo.
    patience : int or None
        Training stops after so many epochs without a better reconstruction of held-out designs; None to train to the
        end.
    device : {"cpu", "auto"}
        Where it is trained; "auto" for a GPU if there is one. Its results differ from a CPU's in the last digits.

    Attributes
    ----------
    progress : bool
        Whether `fit` shows a bar with the loss; False by default.
    watch : callable or None
        Called with the encoded designs (n, k) after every epoch of `fit`; None by default.

    References
    ----------
    Kingma & Welling 2014, 1312.6114; Ghosh et al. 2020, 1903.12436 (ex-post density estimation).
    """

    def __init__(
        self,
        latent_dim: int = 2,
        architecture: Architecture = "mlp",
        output: OutputName | None = None,
        regulariser: RegulariserName = "kl",
        loss: Loss = "mse",
        beta: float = 1.0,
        warm_up: float = 0.0,
        hidden: int | list[int] = 128,
        modes: int = 10,
        mixture: int = 0,
        epochs: int = 100,
        batch_size: int = 128,
        learning_rate: float = 5e-3,
        device: Literal["cpu", "auto"] = "cpu",
        patience: int | None = None,
    ) -> None:
        for name, value in {"latent_dim": latent_dim, "modes": modes}.items():
            if value < 1:
                raise ValueError(f"{name}: {value} must be at least 1")
        widths = [hidden] if isinstance(hidden, int) else list(hidden)
        if not widths or min(widths) < 1:
            raise ValueError(f"hidden: {hidden} must be at least 1, or a list of such widths")
        if architecture == "lstm" and len(set(widths)) > 1:
            raise ValueError(f"hidden: {hidden} must be of one width for the architecture 'lstm'")
        for name, given, allowed in (
            ("architecture", architecture, ARCHITECTURES),
            ("output", output, (None, *get_args(OutputName))),
            ("regulariser", regulariser, REGULARISERS),
            ("loss", loss, get_args(Loss)),
            ("device", device, ("cpu", "auto")),
        ):
            if given not in allowed:
                raise ValueError(f"{name}: '{given}' must be one of {', '.join(map(str, allowed))}")
        if loss == "bce" and output not in (None, "sigmoid"):
            raise ValueError(f"output: '{output}' may leave [0, 1], where loss 'bce' is defined; it must be 'sigmoid'")
        if not (beta >= 0 and math.isfinite(beta)):
            raise ValueError(f"beta: {beta} must be at least 0 and finite")
        if not 0 <= warm_up <= 1:
            raise ValueError(f"warm_up: {warm_up} must be a share, at least 0 and at most 1")
        if mixture < 0:
            raise ValueError(f"mixture: {mixture} must be at least 0")
        self.latent_dim = latent_dim
        self.architecture: Architecture = architecture
        self.output: OutputName = output or ("sigmoid" if loss == "bce" else "direct")
        self.confined = self.output == "sigmoid"
        self.regulariser = REGULARISERS[regulariser]()
        self.loss = loss
        self.beta = beta
        self.warm_up = warm_up
        self.widths = widths
        self.modes = modes
        self.mixture = mixture
        self.trainer = Trainer(epochs, batch_size, learning_rate, device, patience)
        self.progress = False
        self.watch: Callable[[np.ndarray], object] | None = None
        self.variational = self.regulariser.variational
        self.confined = self.output == "sigmoid"
        self._prior: Mixture | None = None
        if mixture:
            self.libraries = ("sklearn.mixture",)

    def why_not(self, layout: Layout | None) -> str | None:
        """What goes along axes needs a layout with some, and fixed smooth bases any layout."""
        axes = ARCHITECTURES[self.architecture].axes
        along = why_not(f"the architecture '{self.architecture}'", layout, axes) if axes else None
        return along or unfit(self.output, layout, self.modes)

    def _build(self, field: Field, basis: np.ndarray | None) -> nn.ModuleDict:
        last, kind = output(self.output, field.dim, basis), ARCHITECTURES[self.architecture]
        numbers = emitted(self.output, field, self.modes, last.n_in) if kind.axes else Field.plain(last.n_in)
        return nn.ModuleDict(
            {
                "encoder": kind.encoder(field, self.regulariser.codes * self.latent_dim, self.widths),
                "decoder": kind.decoder(self.latent_dim, numbers, self.widths),
                "output": last,
            }
        )

    def _fit(self, designs: np.ndarray, rng: np.random.Generator) -> None:
        axes = ARCHITECTURES[self.architecture].axes
        self._field = Field.of(self.layout) if self.layout is not None and axes else None
        self._offset = designs.mean(axis=0)
        self._unit = float((designs - self._offset).std())
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(int(rng.integers(2**63)))
            basis = fixed_basis(self.output, self.layout, self.modes)
            self._network = self._build(self._field or Field.plain(designs.shape[1]), basis)
            self.regulariser.prepare(self._network["decoder"])
        noise = torch.Generator().manual_seed(int(rng.integers(2**63)))
        extent = float(np.ptp(designs))
        low = self._scaled(np.full_like(self._offset, designs.min() - MARGIN * extent))
        self._output.confine(low, (1 + 2 * MARGIN) * extent / self._unit)
        data = self._scaled(designs).float()
        self._look_at(data)
        data = self._told(data)
        watch = None if self.watch is None else lambda: self._show(data)
        self.trainer.fit(
            self._network, data, lambda batch, done: self._cost(batch, done, noise), rng, self.progress, watch
        )
        self.regulariser.finish(self._network["decoder"])
        self._network.double().requires_grad_(False)
        self._prior = Mixture.fit(self._codes(designs), self.mixture, rng) if self.mixture else None

    def _scaled(self, designs: np.ndarray) -> Tensor:
        return torch.as_tensor((np.asarray(designs, dtype=float) - self._offset) / self._unit)

    def _cost(self, batch: Tensor, done: float, noise: torch.Generator) -> Tensor:
        codes = self._network["encoder"](batch)
        latents = self.regulariser.latents(codes, noise)
        beta = self.beta * (min(1.0, done / self.warm_up) if self.warm_up else 1.0)
        error = self._error(self._rebuild(batch, latents, noise), batch)
        return error + beta * self.regulariser.penalty(codes, latents, noise)

    def _error(self, rebuilt: Tensor, batch: Tensor) -> Tensor:
        if self.loss == "mse":
            return functional.mse_loss(rebuilt, batch, reduction="sum") / len(batch)
        box = cast("Sigmoid", self._output)
        given, found = box.share(batch), box.share(rebuilt)
        entropy = -(given * found.log() + (1 - given) * (1 - found).log()).sum() / len(batch)
        return 0.5 * box.width**2 * entropy  # in the middle of the box, its curvature is that of "mse"

    def _show(self, data: Tensor) -> None:
        """Give who watches the latents of scaled designs, wherever the network is."""
        assert self.watch is not None
        device = next(self._network.parameters()).device
        with torch.no_grad():
            self.watch(self._network["encoder"](data.to(device))[:, : self.latent_dim].cpu().double().numpy())

    def _look_at(self, data: Tensor) -> None:
        """Set what the networks need to know of scaled designs before they are trained on them."""

    def _told(self, data: Tensor) -> Tensor:
        """What the encoder is given in training: scaled designs, and whatever it is told beside."""
        return data

    def _rebuild(self, batch: Tensor, latents: Tensor, noise: torch.Generator) -> Tensor:
        """What training compares with a batch of scaled designs, given their latents."""
        return self._output(self._network["decoder"](latents))

    @property
    def _output(self) -> Direct:
        return cast("Direct", self._network["output"])

    def encode(self, x: np.ndarray) -> np.ndarray:
        """Latents (n, k) of designs (n, d); for a variational encoder, the means."""
        return self._network["encoder"](self._scaled(x))[:, : self.latent_dim].numpy()

    def decode(self, z: Tensor) -> Tensor:
        """Designs (n, d) of latents (n, k)."""
        return torch.from_numpy(self._offset) + self._unit * self._output(self._network["decoder"](z))

    def prior_mean(self) -> np.ndarray:
        """The mean (k,) of the prior that `sample` draws from."""
        if self._prior is not None:
            return self._prior.mean()
        return np.zeros(self.latent_dim) if self.regulariser.standard else super().prior_mean()

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n latents (n, k): from the mixture, or from the prior of the regulariser."""
        if self._prior is not None:
            return self._prior.sample(n, rng)
        return rng.normal(size=(n, self.latent_dim)) if self.regulariser.standard else super().sample(n, rng)

    def state(self) -> dict[str, np.ndarray]:
        """Weights of the networks, what designs are moved and divided by, the mixture, the axes that it goes along."""
        weights = {f"network.{name}": tensor.numpy() for name, tensor in self._network.state_dict().items()}
        prior = {} if self._prior is None else self._prior.state()
        mixture = {f"mixture.{name}": array for name, array in prior.items()}
        axes = {} if self._field is None else self._field.state()
        return weights | mixture | axes | {"offset": self._offset, "unit": np.array(self._unit)}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Take back the weights.

        Raises
        ------
        ValueError
            If they are of an encoder with other parameters, or of an older form.
        """
        self._offset, self._unit = stored(state, "offset", None).astype(float), stored(state, "unit", 1).item()
        dim = len(self._offset)
        basis = stored(state, "network.output.basis", None, dim) if self.output in FIXED else None
        axes = ARCHITECTURES[self.architecture].axes
        self._field = Field.restored(state, dim, axes) if axes else None
        weights = _tensors(state, "network.")
        with torch.device("meta"):  # so that a small file cannot ask for a large network
            self._network = self._build(self._field or Field.plain(dim), basis).double()
        _refuse_others(weights, self._network.state_dict())
        self._network.load_state_dict(weights, assign=True)
        self._network.requires_grad_(False)
        self._prior = Mixture(**_arrays(state, "mixture.")) if self.mixture else None


def _refuse_others(weights: dict[str, Tensor], expected: dict[str, Tensor]) -> None:
    for name in sorted(weights.keys() | expected.keys()):
        # a single number comes back from a file as an array of one
        found, needed = (tuple(each[name].shape) or (1,) if name in each else None for each in (weights, expected))
        if found != needed:
            raise ValueError(f"the stored encoder's 'network.{name}' has the shape {found}; it must be {needed}")


def _arrays(state: dict[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    return {
        name.removeprefix(prefix): np.asarray(array, dtype=float)
        for name, array in state.items()
        if name.startswith(prefix)
    }


def _tensors(state: dict[str, np.ndarray], prefix: str) -> dict[str, Tensor]:
    return {name: torch.from_numpy(array) for name, array in _arrays(state, prefix).items()}
