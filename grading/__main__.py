"""The command line: python -m grading grade PATH… [--csv FILE] … | merge OUT PART…"""

import argparse
import os
import re
import sys
from dataclasses import fields

from common.command import Refusal, not_empty, open_standard_streams, run_command


def main(arguments=None):
    arguments = sys.argv[1:] if arguments is None else arguments
    commands = parser()
    commands.set_defaults(words=arguments)
    return run_command(commands, arguments)


def parser():
    result = argparse.ArgumentParser(prog="python -m grading", description="Проверка лабораторной работы.")
    commands = result.add_subparsers(required=True, metavar="КОМАНДА")
    grade_ = commands.add_parser("grade", help="оценить работы", description=grade.__doc__)
    grade_.set_defaults(command=grade)
    add = grade_.add_argument
    add("paths", nargs="+", type=not_empty, metavar="ПУТЬ", help="папка группы, папки и файлы в ней или архив")
    table = "таблица оценок, .csv или .xlsx; если она есть, обновляется; «-» — на стандартный вывод"
    add("--csv", type=not_empty, metavar="ФАЙЛ", help=table)
    add("--feedback", type=not_empty, metavar="ПАПКА", help="папка для страниц с отзывами")
    add("--moodle", type=not_empty, metavar="ФАЙЛ", help="ведомость Moodle, которая заполняется")
    add("--quick", action="store_true", help="только функции, без повторного выполнения блокнота")
    add("--fresh", action="store_true", help="начать таблицу заново и выполнить повторно даже то, что уже выполнялось")
    add("--jobs", type=positive(int), default=os.cpu_count(), metavar="N", help="сколько работ одновременно")
    add("--timeout", type=positive(float), default=10, metavar="СЕКУНДЫ", help="предел времени на одну функцию (10)")
    level = "на каком уровне лежат папки студентов; если не указан, определяется сам"
    add("--level", type=positive(int), metavar="N", help=level)
    add("--part", type=part, default=(1, 1), metavar="I/N", help="только каждая N-я работа, начиная с I-й")

    merge_ = commands.add_parser("merge", help="соединить таблицы частей", description=merge.__doc__)
    merge_.set_defaults(command=merge)
    merge_.add_argument("target", type=not_empty, metavar="ТАБЛИЦА", help="общая таблица; если она есть, обновляется")
    merge_.add_argument("parts", nargs="+", type=not_empty, metavar="ЧАСТЬ", help="таблицы частей")
    return result


def positive(kind):
    def convert(text):
        try:
            number = kind(text)
        except ValueError:
            number = 0
        if not 0 < number < 1e6:
            raise argparse.ArgumentTypeError(f"ожидалось положительное число, получено {text}")
        return number

    return convert


def part(text):
    match = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text)
    if not match or not 1 <= int(match[1]) <= int(match[2]):
        raise argparse.ArgumentTypeError(f"ожидалась часть I/N, от 1/N до N/N, получено {text}")
    return int(match[1]), int(match[2])


def grade(arguments):
    """Оценивает работы: баллы за веса и за смещения каждой функции."""
    if sys.platform != "linux":
        raise Refusal(f"проверка работ возможна только в Linux, а здесь {sys.platform}.")
    from grading.confined.limits import jobs_within_limits  # these modules exist on Linux only

    arguments.jobs = jobs_within_limits(arguments.jobs, arguments.quick)
    from grading.group import grade_group
    from grading.options import Options

    return grade_group(Options(**{field.name: getattr(arguments, field.name) for field in fields(Options)}))


def merge(arguments):
    """Соединяет таблицы частей в одну."""
    from grading.merge import merge_tables

    return merge_tables(arguments.target, arguments.parts)


if __name__ == "__main__":
    open_standard_streams()
    sys.exit(main())
