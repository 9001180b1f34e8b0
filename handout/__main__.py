"""The command line: python -m handout blank OUT.ipynb | course DIR | page OUT.html | site DIR [--force]"""

import argparse
import importlib.util
import sys
from pathlib import Path

from common.command import Refusal, open_standard_streams, run_command
from common.files import replace_file
from common.lab import HELPERS, NOTEBOOK, WHY
from handout.blank import ASSIGNMENT, blank_text, course_files, is_ours
from handout.site import LOCK, site


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m handout", description="То, что получают студенты.")
    commands = parser.add_subparsers(required=True, metavar="КОМАНДА")

    def add(work, target):
        command = commands.add_parser(work.__name__, help=work.__doc__, description=work.__doc__)
        command.set_defaults(command=work)
        command.add_argument("target", type=Path, metavar=target, help="куда записать")
        command.add_argument("--force", action="store_true", help="заменить то, что уже есть")
        return command

    add(blank, "БЛОКНОТ.ipynb")
    add(course, "ПАПКА")
    which = add(page, "СТРАНИЦА.html").add_mutually_exclusive_group()
    which.add_argument("--blank", action="store_true", help="вариант для студентов, без решений и результатов")
    which.add_argument("--why", action="store_true", help=f"второй блокнот, {WHY.name}")
    site_ = add(site, "ПАПКА")
    site_.add_argument("--completed", action="store_true", help="заполненная работа, с решениями")
    site_.add_argument("--lab-only", action="store_true", help=f"без второго блокнота, {WHY.name}")
    words = f"распакованный дистрибутив Pyodide {LOCK['pyodide']['version']}"
    site_.add_argument("--pyodide", type=Path, metavar="ПАПКА", help=words)
    return run_command(parser, arguments)


def blank(options):
    """Записывает вариант для студентов: решений и результатов в нём нет."""
    write_new({options.target: blank_text()}, options.force, is_ours)
    print(f"Записано: {options.target}. Раздавайте его вместе с файлом {HELPERS}")


def course(options):
    """Готовит курс nbgrader: настройки, блокнот с решениями и init_utils.py."""
    need("nbgrader")
    write_new({options.target / name: text for name, text in course_files().items()}, options.force)
    print(f"Записано: {options.target}. В этой папке выполните nbgrader generate_assignment {ASSIGNMENT}")


def page(options):
    """Записывает блокнот одной страницей HTML: ни сети, ни Jupyter для неё не нужно."""
    need("ziamath", ", он рисует формулы")
    from handout.page import page_text

    text = page_text(WHY if options.why else NOTEBOOK, options.blank)
    write_new({options.target: text}, options.force, lambda path: path.suffix.lower() in (".html", ".htm"))
    print(f"Записано: {options.target}, {len(text.encode()) / 1e6:.1f} МБ. Странице не нужна сеть")


def need(package, purpose=""):
    if not importlib.util.find_spec(package):
        raise Refusal(f"нет {package}{purpose}; установите его: python -m pip install -r tests/thorough.txt")


def write_new(files, force, is_replaceable=lambda path: True):
    """Write all files, {path: text}; replace nothing unless `force`, and then only what we could have written."""
    for path in files:
        if path.is_dir():
            raise Refusal(f"это папка, а нужно имя файла: {path}")
        if path.exists() and path.samefile(NOTEBOOK):
            raise Refusal(f"это сам заполненный блокнот, он не заменяется: {path}")
        if path.exists() and not force:
            raise Refusal(f"уже есть, заменяется только с ключом --force: {path}")
        if path.exists() and not is_replaceable(path):
            raise Refusal(f"в этом файле не то, что пишет эта команда; он не заменяется: {path}")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, text)


if __name__ == "__main__":
    open_standard_streams()
    sys.exit(main())
