"""The command line: python -m handout blank OUT.ipynb | course DIR | page OUT.html | site DIR [--force]"""

import argparse
import importlib.util
import sys
from pathlib import Path

from common.command import Refusal, in_russian, open_standard_streams, run_command
from common.files import replace_file
from common.lab import HELPERS, NOTEBOOK, WHY
from handout.blank import blank_text, is_ours
from handout.course import ASSIGNMENT, course_files
from handout.site import add_arguments, site


def main(arguments=None):
    return run_command(parser(), arguments)


def parser():
    result = argparse.ArgumentParser(prog="python -m handout", description="То, что получают студенты.")
    commands = result.add_subparsers(required=True, metavar="КОМАНДА")
    blank_ = commands.add_parser("blank", help="записать вариант для студентов", description=blank.__doc__)
    blank_.set_defaults(command=blank)
    blank_.add_argument("target", type=Path, metavar="БЛОКНОТ.ipynb", help="куда записать")
    course_ = commands.add_parser("course", help="подготовить курс nbgrader", description=course.__doc__)
    course_.set_defaults(command=course)
    course_.add_argument("folder", type=Path, metavar="ПАПКА", help="папка курса")
    page_ = commands.add_parser("page", help="записать страницу HTML, которой не нужна сеть", description=page.__doc__)
    page_.set_defaults(command=page)
    page_.add_argument("target", type=Path, metavar="СТРАНИЦА.html", help="куда записать")
    which = page_.add_mutually_exclusive_group()
    which.add_argument("--blank", action="store_true", help="вариант для студентов, без решений и результатов")
    which.add_argument("--why", action="store_true", help=f"второй блокнот, {WHY.name}")
    site_ = commands.add_parser("site", help="собрать сайт: работа в браузере", description=site.__doc__)
    add_arguments(site_)
    for command in (blank_, course_, page_, site_):
        command.add_argument("--force", action="store_true", help="заменить то, что уже есть")
    return result


def blank(options):
    """Записывает вариант для студентов: решений и результатов в нём нет."""
    write_new({options.target: derive(blank_text)}, options.force, is_ours)
    print(f"Записано: {options.target}. Раздавайте его вместе с файлом {HELPERS}")
    return 0


def course(options):
    """Готовит курс nbgrader: настройки, блокнот с решениями и init_utils.py."""
    if not importlib.util.find_spec("nbgrader"):
        raise Refusal("нет nbgrader; установите его: python -m pip install -r tests/thorough.txt")
    files = derive(course_files)
    write_new({options.folder / name: text for name, text in files.items()}, options.force)
    print(f"Записано: {options.folder}. В этой папке выполните nbgrader generate_assignment {ASSIGNMENT}")
    return 0


def page(options):
    """Записывает блокнот одной страницей HTML: ни сети, ни Jupyter для неё не нужно."""
    if not importlib.util.find_spec("ziamath"):
        raise Refusal("нет ziamath, он рисует формулы; установите его: python -m pip install -r tests/thorough.txt")
    from handout.page import page_text

    text = derive(lambda: page_text(WHY if options.why else NOTEBOOK, options.blank))
    write_new({options.target: text}, options.force, lambda path: path.suffix.lower() in (".html", ".htm"))
    print(f"Записано: {options.target}, {len(text.encode()) / 1e6:.1f} МБ. Странице не нужна сеть")
    return 0


def derive(make):
    try:
        return make()
    except (OSError, ValueError) as error:
        raise Refusal(f"исходный блокнот не годится: {error}") from None


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
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, text)
        except OSError as error:
            raise Refusal(f"нельзя записать {path}: {in_russian(error)}") from None


if __name__ == "__main__":
    open_standard_streams()
    sys.exit(main())
