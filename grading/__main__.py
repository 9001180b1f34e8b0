"""The command line: python -m grading grade PATH… [--csv FILE] [--feedback DIR] …"""

import argparse
import os
import sys

from common.command import Refusal, not_empty, open_standard_streams, run_command

MOVED = ("blank", "course")  # what students get is made by python -m handout


def main(arguments=None):
    arguments = sys.argv[1:] if arguments is None else arguments
    return run_command(parser(), arguments[:1] if arguments[:1] and arguments[0] in MOVED else arguments)


def parser():
    result = argparse.ArgumentParser(prog="python -m grading", description="Проверка лабораторной работы.")
    commands = result.add_subparsers(required=True, metavar="COMMAND")
    grade_ = commands.add_parser("grade", help="оценить работы", description=grade.__doc__)
    grade_.set_defaults(command=grade)
    grade_.add_argument(
        "paths", nargs="+", type=not_empty, metavar="PATH", help="блокнот или папка, в которой ищутся *.ipynb"
    )
    grade_.add_argument("--csv", type=not_empty, metavar="FILE", help="таблица оценок; «-» — на стандартный вывод")
    grade_.add_argument("--feedback", type=not_empty, metavar="DIR", help="папка для страниц с отзывами")
    grade_.add_argument(
        "--jobs", type=positive(int), default=os.cpu_count(), metavar="N", help="сколько работ одновременно"
    )
    grade_.add_argument(
        "--timeout", type=positive(float), default=10, metavar="SECONDS", help="предел времени на одну функцию"
    )
    grade_.add_argument("--quick", action="store_true", help="только функции, без повторного выполнения блокнота")

    for name in MOVED:
        commands.add_parser(name, help=f"теперь python -m handout {name}").set_defaults(command=moved, name=name)
    return result


def positive(kind):
    def convert(text):
        number = kind(text)
        if not 0 < number < 1e6:
            raise argparse.ArgumentTypeError(f"ожидалось положительное число, получено {text}")
        return number

    return convert


def grade(options):
    """Оценивает работы: баллы за веса и за смещения каждой функции."""
    if sys.platform != "linux":
        raise Refusal(f"проверка работ возможна только в Linux, а здесь {sys.platform}.")
    from grading.group import grade_group  # its modules exist on Linux only

    return grade_group(options)


def moved(options):
    raise Refusal(f"теперь это делает другая команда: python -m handout {options.name} …")


if __name__ == "__main__":
    open_standard_streams()
    sys.exit(main())
