"""The results as Markdown (in Russian: docs/benchmarks.md holds it) and as a figure."""

import re

import matplotlib.pyplot as plt

from benchmarks import contestants, measure
from common.files import replace_file
from common.lab import ROOT

PAGE = ROOT / "docs" / "benchmarks.md"
PAGE_FIGURE = ROOT / "docs" / "benchmark.png"
BEGIN, END = "<!-- python -m benchmarks: начало -->", "<!-- python -m benchmarks: конец -->"


def number(value, digits):
    return f"{value:.{digits}f}".replace(".", ",")


def spread(quartiles, digits):
    """The median and, in brackets, the quartiles."""
    low, median, high = (number(value, digits) for value in quartiles)
    return f"{median} ({low}–{high})"


def table(head, rows):
    lines = [head, [":--"] + ["--:"] * (len(head) - 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def training_table(seconds):
    """Slowest first. The ratio says how many times faster than the textbook formulas."""
    faster = measure.ratios(seconds, contestants.TEXTBOOK)
    rows = [
        [name, spread(measure.quartiles(seconds[name] * 1e6), 1), spread(faster[name], 2)] for name in by_time(seconds)
    ]
    return table(["Обучение", "Микросекунд на итерацию", "Во сколько раз быстрее формул исходного курса"], rows)


def by_time(seconds):
    return sorted(seconds, key=lambda name: -measure.quartiles(seconds[name])[1])


def large_table(seconds, peaks):
    faster = measure.ratios(seconds, contestants.TEXTBOOK)
    rows = [
        [
            name,
            spread(measure.quartiles(seconds[name] * 1e3), 1),
            spread(faster[name], 2),
            f"{peaks[name] / 1e6:.0f} МБ",
        ]
        for name in by_time(seconds)
    ]
    head = ["300 000 примеров", "Миллисекунд на итерацию", "Во сколько раз быстрее", "Наибольший расход памяти"]
    return table(head, rows)


def notebook_table(seconds):
    share = measure.quartiles(seconds[contestants.OURS] / seconds[contestants.TEXTBOOK])
    rows = [[name, spread(measure.quartiles(seconds[name]), 1)] for name in by_time(seconds)]
    rows.append(["отношение второго к первому", spread(share, 2)])
    return table(["Весь блокнот, `pytest --nbval`", "Секунд"], rows)


def draw(seconds, path):
    """Medians as points on a logarithmic axis, with whiskers from quartile to quartile."""
    names = by_time(seconds)
    plt.rcdefaults()
    figure, axes = plt.subplots(figsize=(10, 1.2 + 0.5 * len(names)), layout="constrained")
    for name in names:
        low, median, high = measure.quartiles(seconds[name] * 1e6)
        ours = name == contestants.OURS
        label = name.replace("`", "")
        axes.errorbar(
            median,
            label,
            xerr=[[median - low], [high - median]],
            fmt="D" if ours else "o",
            color="#1f77b4" if ours else "#555555",
            capsize=4,
        )
        axes.annotate(number(median, 0), (median, label), (0, 7), textcoords="offset points", ha="center")
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter("{x:.0f}")
    axes.margins(y=0.12)
    axes.invert_yaxis()
    axes.grid(axis="x", which="both", color="#e0e0e0")
    axes.set_axisbelow(True)
    axes.set_title("Время одной итерации обучения: медиана и квартили")
    axes.set_xlabel("Микросекунды (логарифмическая шкала)")
    figure.savefig(path, dpi=100, metadata={"Software": None})
    plt.close(figure)


def publish(text):
    """Put `text` between the two marks on the page."""
    page = PAGE.read_text(encoding="utf-8")
    between = re.compile(f"(?<={re.escape(BEGIN)}\n).*(?={re.escape(END)})", re.DOTALL)
    changed, count = between.subn(lambda _: f"\n{text}\n\n", page)
    if count != 1:
        raise SystemExit(f"{PAGE.name} has no place for the results: {BEGIN} ... {END}")
    replace_file(PAGE, changed)
