"""`make bench`: runs every bench_*.py in turn; names after it (`ARGS="webhook tick"`) choose some of them."""

import sys
from importlib import import_module
from pathlib import Path


def main(wanted: list[str]) -> None:
    """Run the benchmarks of these names, or all; each prints its own table."""
    names = sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py"))
    unknown = sorted(set(wanted) - set(names))
    if unknown:
        sys.exit(f"Error: no benchmark {', '.join(unknown)}; there are {', '.join(names)}")
    for name in names:
        if not wanted or name in wanted:
            print(f"\n== {name} ==", flush=True)
            import_module(f"benchmarks.bench_{name}").run()


if __name__ == "__main__":
    main(sys.argv[1:])
