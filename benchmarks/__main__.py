"""Run all benchmarks, or those named: `python -m benchmarks training bootstrap`."""

import sys
from importlib import import_module

BENCHMARKS = (
    "training",
    "stacked",
    "paper_profiles",
    "pretraining",
    "losses",
    "bootstrap",
    "store",
    "augmentation",
    "cache",
    "generated_speed",
    "generated_difficulty",
    "verdict_rates",
    "audit_startup",
    "audit_rates",
    "audit_peers",
)


def main(names: list[str]) -> None:
    """Print the table of each benchmark; every ratio is of medians measured in turn in one run."""
    unknown = set(names) - set(BENCHMARKS)
    if unknown:
        raise SystemExit(f"unknown benchmark {', '.join(unknown)} (known: {', '.join(BENCHMARKS)})")
    for name in names or BENCHMARKS:
        module = import_module(f"benchmarks.{name}")
        print(f"\n{name}: {module.__doc__.splitlines()[0]}")
        module.run()


if __name__ == "__main__":
    main(sys.argv[1:])
