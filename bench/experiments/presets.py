"""Names for settings of optimiser classes: the defaults that each sets; all parameters can still be given."""

from __future__ import annotations

from encoders.presets import Preset

CMA_ES, TPE = "bench.optimisers.cmaes:CMAES", "bench.optimisers.optuna_study:TPE"


OPTIMISERS = {
    "cma-es": Preset(CMA_ES, "CMA-ES with a full covariance matrix."),
    "sep-cma-es": Preset(CMA_ES, "CMA-ES with a diagonal covariance matrix.", {"covariance": "diagonal"}),
    "vkd-cma-es": Preset(CMA_ES, "CMA-ES with a diagonal and a few vectors.", {"covariance": "vkd"}),
    "tpe": Preset(TPE, "Parzen estimators of all variables jointly."),
    "tpe-univariate": Preset(TPE, "Parzen estimators of each variable on its own.", {"multivariate": False}),
}
