"""The factors of the grid as figures show them."""

from reproduce.figures.factor import Factor

RHO = Factor("rho", "imbalance ratio rho")
RHO_LOG = Factor("rho", "imbalance ratio rho", "log")
MU = Factor("mu", "minority share mu")
