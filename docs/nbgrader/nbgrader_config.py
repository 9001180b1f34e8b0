"""The course for nbgrader: this file lies in the course's folder (`python -m handout course DIR` makes one).

The stub that takes the place of a solution is written here, and only here: `python -m handout blank` reads it.
"""

c = get_config()  # noqa: F821 (nbgrader defines it)

# What a student finds in a graded cell. nbgrader replaces the lines of the two markers as well,
# so the stub begins and ends with them. The options' names are spelled so: delimeter.
BEGIN = "### НАЧАЛО ВАШЕГО КОД ЗДЕСЬ ### (≈ 2 строки кода)"
END = "### ОКОНЧАНИЕ ВАШЕГО КОД ЗДЕСЬ ###"
STUB = f"""{BEGIN}
parameters['W' + str(l)] = None
parameters['b' + str(l)] = None
{END}"""
c.ClearSolutions.begin_solution_delimeter = BEGIN
c.ClearSolutions.end_solution_delimeter = END
c.ClearSolutions.code_stub = {"python": STUB}

# A self-check that a student deleted or changed is put back before the work is graded.
c.OverwriteCells.add_missing_cells = True
c.OverwriteCells.missing_cell_notification = "Ячейка {cell_id} возвращена при проверке: в работе её не было.\n"

# A warning in a self-check costs no points: without this any word on stderr would.
c.IgnorePattern.enabled = True
c.IgnorePattern.pattern = "."

c.Execute.timeout = 60  # seconds for one cell
