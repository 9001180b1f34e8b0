"""The command line: python -m grading grade PATH… [--csv FILE] … | merge OUT PART…"""

import argparse
import os
import re
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
        "paths", nargs="+", type=not_empty, metavar="PATH", help="папка группы, папки и файлы в ней или архив"
    )
    grade_.add_argument(
        "--csv",
        type=not_empty,
        metavar="FILE",
        help="таблица оценок, .csv или .xlsx; если она есть, обновляется; «-» — на стандартный вывод",
    )
    grade_.add_argument("--feedback", type=not_empty, metavar="DIR", help="папка для страниц с отзывами")
    grade_.add_argument(
        "--jobs", type=positive(int), default=os.cpu_count(), metavar="N", help="сколько работ одновременно"
    )
    grade_.add_argument(
        "--timeout", type=positive(float), default=10, metavar="SECONDS", help="предел времени на одну функцию"
    )
    grade_.add_argument("--quick", action="store_true", help="только функции, без повторного выполнения блокнота")

    grade_.add_argument("--fresh", action="store_true", help="начать таблицу заново")
    grade_.add_argument("--moodle", type=not_empty, metavar="WORKSHEET", help="ведомость Moodle, которая заполняется")
    grade_.add_argument(
        "--level", type=positive(int), default=1, metavar="N", help="на каком уровне лежат папки студентов (1)"
    )
    grade_.add_argument(
        "--part", type=part, default=(1, 1), metavar="I/N", help="только каждая N-я работа, начиная с I-й"
    )

    merge_ = commands.add_parser("merge", help="соединить таблицы частей", description=merge.__doc__)
    merge_.set_defaults(command=merge)
    merge_.add_argument("target", type=not_empty, metavar="OUT", help="общая таблица; если она есть, обновляется")
    merge_.add_argument("parts", nargs="+", type=not_empty, metavar="PART", help="таблицы частей")

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


def part(text):
    match = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text)
    if not match or not 1 <= int(match[1]) <= int(match[2]):
        raise argparse.ArgumentTypeError(f"ожидалась часть I/N, от 1/N до N/N, получено {text}")
    return int(match[1]), int(match[2])


def grade(options):
    """Оценивает работы: баллы за веса и за смещения каждой функции."""
    if sys.platform != "linux":
        raise Refusal(f"проверка работ возможна только в Linux, а здесь {sys.platform}.")
    from grading.confined.limits import TooLittle, jobs_within_limits

    try:
        options.jobs = jobs_within_limits(options.jobs, options.quick)
    except TooLittle as reason:
        raise Refusal(str(reason)) from None
    from grading.group import grade_group  # its modules exist on Linux only

    return grade_group(options)


def merge(options):
    """Соединяет таблицы частей в одну."""
    from grading.merge import merge_tables

    return merge_tables(options.target, options.parts)


def moved(options):
    raise Refusal(f"теперь это делает другая команда: python -m handout {options.name} …")


if __name__ == "__main__":
    open_standard_streams()
    sys.exit(main())
