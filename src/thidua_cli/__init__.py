"""thidua: the register of an emulation movement, its obligations and their deadlines."""

__version__ = "0.1.0"
