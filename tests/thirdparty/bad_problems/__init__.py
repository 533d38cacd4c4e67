"""Problems that break one promise each; `NOTICED` says what must be noticed."""

from bench.checks import Bowl
from thirdparty.bad_problems import declarations, draws, evaluations, optima
from thirdparty.bad_problems.good import Kinked, Valley

GOOD = (Valley, Bowl, Kinked)
NOTICED = draws.NOTICED | evaluations.NOTICED | declarations.NOTICED | optima.NOTICED
