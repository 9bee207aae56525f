"""The structure of the package in figures: lines, functions, circles of imports, and the longest of each.

`python tools/structure.py` prints them and ends in 1 where a file or function is too long or modules import
each other in a circle; `--drawing` prints the rooms and which of them import which, for docs/architecture.md.
"""

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "thidua_cli"
MOST_LINES = 300  # of a file
MOST_FUNCTION_LINES = 60  # tables aside
SHOWN = 5


class Function(NamedTuple):
    """A function: its place and name, how many lines it has, and whether it only returns a literal."""

    name: str
    lines: int
    is_table: bool


class Module(NamedTuple):
    """A module by its dotted name below the package, and the modules that it imports when it runs."""

    name: str
    path: Path
    lines: int
    functions: list[Function]
    imports: set[str]


def modules() -> dict[str, Module]:
    """Every module of the package, by name; the package itself is ''."""
    paths = {_name(path): path for path in sorted(SOURCE.rglob("*.py"))}
    return {name: _read(name, path, paths.keys()) for name, path in paths.items()}


def _name(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _read(name: str, path: Path, known: set[str]) -> Module:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    where = path.relative_to(ROOT)
    functions = [
        Function(
            f"{where}:{node.lineno} {node.name}", (node.end_lineno or 0) - node.lineno + 1, _is_table(node)
        )
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
    ]
    imports = {each for node in _running(tree) for each in _imported(node, known)} - {name}
    return Module(name, path, text.count("\n"), functions, imports)


def _is_table(node: ast.FunctionDef) -> bool:
    """Whether a function, its docstring aside, is one statement that returns a literal."""
    body = [item for item in node.body if not (isinstance(item, ast.Expr) and _is_text(item.value))]
    literal = (ast.Dict, ast.List, ast.Tuple, ast.Call, ast.Subscript)
    return len(body) == 1 and isinstance(body[0], ast.Return) and isinstance(body[0].value, literal)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _running(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes but those below `if TYPE_CHECKING`."""
    yield node
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        return
    for child in ast.iter_child_nodes(node):
        yield from _running(child)


def _imported(node: ast.AST, known: set[str]) -> Iterator[str]:
    if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith(SOURCE.name):
        return
    base = str(node.module).removeprefix(SOURCE.name).lstrip(".")
    for alias in node.names:
        inner = f"{base}.{alias.name}".lstrip(".")
        yield inner if inner in known else base


def circles(found: dict[str, Module]) -> list[list[str]]:
    """Circles among siblings: modules or folders of one folder that import each other, directly or not."""
    folders = {name.rpartition(".")[0] for name in found if name} | {""}
    rings = []
    for folder in sorted(folders):
        prefix = f"{folder}." if folder else ""
        graph: dict[str, set[str]] = {}
        for module in found.values():
            one = _child(module.name, prefix)
            if one is not None:
                ends = {_child(other, prefix) for other in module.imports}
                graph.setdefault(one, set()).update(end for end in ends if end not in (None, one))
        rings += [[f"{prefix}{name}" for name in ring] for ring in _rings(graph)]
    return rings


def _child(name: str, prefix: str) -> str | None:
    """The child of a folder that a module is, or is in; none for one elsewhere, and for the folder itself."""
    return name.removeprefix(prefix).split(".")[0] if name.startswith(prefix) and name != "" else None


def _rings(graph: dict[str, set[str]]) -> list[list[str]]:
    """Groups of two or more nodes each of which reaches all others."""
    reach = {node: _reached(node, graph) for node in graph}
    rings: dict[frozenset[str], None] = {}
    for node, far in reach.items():
        ring = frozenset(other for other in far if node in reach.get(other, ()))
        if len(ring) > 1:
            rings[ring] = None
    return [sorted(ring) for ring in rings]


def _reached(start: str, graph: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = list(graph[start])
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting += graph.get(node, ())
    return seen


def figures(found: dict[str, Module]) -> Iterator[str]:
    """The figures, a line each."""
    lines = sorted(module.lines for module in found.values())
    functions = [function for module in found.values() for function in module.functions]
    sizes = [function.lines for function in functions]
    middle, high = median(lines), quantiles(lines, n=10)[8]
    yield f"{sum(lines):,} lines in {len(found)} modules: median {middle:.0f}, ninth decile {high:.0f}"
    middle, high = median(sizes), quantiles(sizes, n=10)[8]
    yield f"{len(functions):,} functions: median {middle:.0f} lines, ninth decile {high:.0f}"
    yield "the longest files:"
    for module in sorted(found.values(), key=lambda each: -each.lines)[:SHOWN]:
        yield f"  {module.lines:4}  {module.path.relative_to(ROOT)}"
    yield "the longest functions:"
    for function in sorted(functions, key=lambda each: -each.lines)[:SHOWN]:
        yield f"  {function.lines:4}  {function.name}{' (a table)' if function.is_table else ''}"


def faults(found: dict[str, Module]) -> Iterator[str]:
    """What is too long, and circles."""
    for module in found.values():
        if module.lines > MOST_LINES:
            yield f"{module.path.relative_to(ROOT)} has {module.lines} lines; at most {MOST_LINES}"
        for function in module.functions:
            if function.lines > MOST_FUNCTION_LINES and not function.is_table:
                yield f"{function.name} has {function.lines} lines; at most {MOST_FUNCTION_LINES}"
    for ring in circles(found):
        yield f"modules import each other: {', '.join(ring)}"


def drawing(found: dict[str, Module]) -> Iterator[str]:
    """The rooms from the command line down to the ground, and which of them each imports."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = next(each for each in config["tool"]["importlinter"]["contracts"] if each["type"] == "layers")
    for layer in contract["layers"]:
        for room in layer.replace(":", "|").split("|"):
            name = room.strip()
            inside = [module for module in found.values() if _child(module.name, "") == name]
            used = {_child(other, "") for module in inside for other in module.imports} - {name, None, ""}
            yield f"{name:10} uses {', '.join(sorted(map(str, used))) or 'nothing'}"
        yield "-" * 100


def main() -> int:
    """Print; the exit code is 1 where something is too long or goes in a circle."""
    found = modules()
    if "--drawing" in sys.argv:
        print("\n".join(drawing(found)))  # noqa: T201
        return 0
    wrong = list(faults(found))
    print("\n".join([*figures(found), *wrong]))  # noqa: T201
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
