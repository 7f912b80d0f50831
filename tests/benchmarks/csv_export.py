"""Many records as CSV through the records function, within the limits of Lambda and the HTTP API.

    python -m tests.benchmarks.csv_export [RECORDS]

Keeps 100,000 records in an SQLite file, and fetches all of them from the function in its real
runtime, a response after the other, as the page does. Prints of each response its bytes as Lambda
returned them and its seconds, and what the function took of processor and memory (Linux).
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from facecompare.results.markdown import markdown_table
from infra.limits import HTTP_API_TIMEOUT_S
from tests.support.csv_export import exported_log, one_file
from tests.support.lambda_emulator.runtime_api import MAX_ANSWER_BYTES
from tests.support.measured.arguments import at_least_one, benchmark_parser
from tests.support.measured.process_tree import watched

RECORDS = 100_000


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder, exported_log(Path(folder), count) as log:
        list(log.answers(limit="1"))  # starts the function
        with watched(log.weighed.function.process_id) as usage:
            answers = list(log.answers())
    assert one_file(answers) == log.ids
    header = ("response", f"bytes, of {MAX_ANSWER_BYTES:,}", f"seconds, of {HTTP_API_TIMEOUT_S}")
    rows = (
        (str(number), f"{answer.lambda_bytes:,}", f"{answer.seconds:.2f}")
        for number, answer in enumerate(answers, 1)
    )
    print("\n".join(markdown_table(header, rows)))
    print(
        f"\n{count:,} records, all of them once and in order: {usage.wall_s:.1f} s, "
        f"{usage.cpu_s:.1f} s of processor, {usage.peak / 1e6:,.0f} MB of memory at most."
    )


if __name__ == "__main__":
    line = benchmark_parser(__doc__, __file__)
    line.add_argument("records", nargs="?", type=at_least_one, default=RECORDS, metavar="RECORDS")
    main(line.parse_args().records)
