"""Run layers in a framework's own spelling in that framework, and record what comes out.

python tests/oracle/record_dialects.py torch            rewrites tests/vectors/torch.json
python tests/oracle/record_dialects.py torch --check    measures all anew; lists differences and exits 1
"""

import argparse
import json
import sys
from typing import Any

from dialect_cases import RECORDINGS, Framework, case_of, cases, framework, recorded, row


def write(name: str, real: Framework) -> None:
    """One case a line, so that a change is read line by line."""
    rows = [row(case, real.run(case)) for case in cases(real)]
    head = json.dumps({"versions": real.versions})[:-1]
    lines = ",\n".join(json.dumps(kept) for kept in rows)
    (RECORDINGS / f"{name}.json").write_text(f'{head}, "cases": [\n{lines}\n]}}\n', encoding="utf-8")
    refused = sum("refused" in kept for kept in rows)
    sys.stdout.write(f"{name}: {len(rows)} cases, {refused} of them refused\n")


def differences(name: str, real: Framework) -> list[str]:
    """Rows that the framework, run again, answers otherwise. The words of a refusal may vary."""
    return [
        f"recorded {json.dumps(kept)}\n     now {json.dumps(now)}"
        for kept in recorded(name)
        if _told(now := row(case_of(kept), real.run(case_of(kept)))) != _told(kept)
    ]


def _told(kept: dict[str, Any]) -> dict[str, Any]:
    return {key: value is not None if key == "refused" else value for key, value in kept.items()}


def main() -> int:
    """Record or check the frameworks that are named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="+", choices=["torch", "keras", "tf", "onnx", "jax"], metavar="FRAMEWORK")
    parser.add_argument("--check", action="store_true")
    asked = parser.parse_args()
    found = []
    for name in asked.names:
        real = framework(name)
        if asked.check:
            found += differences(name, real)
            sys.stdout.write(f"{name}: {len(recorded(name))} cases measured anew\n")
        else:
            write(name, real)
    sys.stdout.writelines(f"{line}\n" for line in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
