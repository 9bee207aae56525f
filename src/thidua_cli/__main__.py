"""`python -m thidua_cli` is `thidua`."""

from thidua_cli.cli import main

if __name__ == "__main__":
    main()
