"""Problems that break one promise each; `NOTICED` says what must be noticed."""

from bench.checks import Bowl
from thirdparty.bad_problems import declarations, draws, evaluations, layouts, optima
from thirdparty.bad_problems.good import Kinked, Valley
from thirdparty.fields import Ball, Plate

GOOD = (Valley, Bowl, Kinked, Plate, Ball)
NOTICED = draws.NOTICED | evaluations.NOTICED | declarations.NOTICED | optima.NOTICED | layouts.NOTICED
