"""An experiment as figures and as one page."""
