"""Files that come with the program: the seed and the plan, in `data/` of a checkout or inside the wheel."""

from pathlib import Path


def data(name: str) -> Path:
    """The path of a file of `data/`."""
    package = Path(__file__).parents[1]
    inside = package / "data" / name
    return inside if inside.exists() else package.parents[1] / "data" / name
