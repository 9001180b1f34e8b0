"""The tables «Ожидаемый результат»: equal to the stored output above and to what NumPy prints now."""

from html.parser import HTMLParser

import pytest

from init_utils import EXERCISES, function_name

SHOWN = {method: (function_name(method), exercise.shown_layers) for method, exercise in EXERCISES.items()}


class Table(HTMLParser):
    """Reads <th>name</th><td><pre>value</pre></td> rows as a browser would."""

    def __init__(self):
        super().__init__()
        self.rows, self.path = {}, []

    def handle_starttag(self, tag, attrs):
        self.path.append(tag)

    def handle_endtag(self, tag):
        assert self.path.pop() == tag, "the table's tags are not nested"

    def handle_data(self, data):
        if self.path[-1:] == ["th"]:
            self.rows[data] = None
        elif self.path[-2:] == ["td", "pre"]:
            self.rows[list(self.rows)[-1]] = data
        else:
            assert not data.strip(), f"text outside the table's cells: {data!r}"


def table(cell):
    heading, html = cell.source.split("\n\n")  # a blank line inside would end the HTML block in Markdown
    assert heading == "**Ожидаемый результат**:"
    assert not [line for line in html.split("\n") if line.startswith("    ")], "indented HTML would become a code block"
    parser = Table()
    parser.feed(html)
    assert list(parser.rows) == ["W1", "b1", "W2", "b2"]
    return parser.rows


def printed(rows):
    return "".join(f"{name} = {value}\n" for name, value in rows.items())


@pytest.mark.parametrize("kind", SHOWN)
def test_equals_the_stored_output_above(notebook, cells, kind):
    position = [cell.id for cell in notebook.cells].index(f"expected-{kind}")
    above = notebook.cells[position - 1]
    assert above.id == f"show-{kind}"
    assert printed(table(cells[f"expected-{kind}"])) == above.outputs[0].text


@pytest.mark.parametrize(("kind", "function", "layers_dims"), [(k, *v) for k, v in SHOWN.items()])
def test_equals_what_numpy_prints_today(lab, cells, kind, function, layers_dims):
    assert f"{function}({layers_dims})" in cells[f"show-{kind}"].source
    parameters = lab[function](layers_dims)
    assert table(cells[f"expected-{kind}"]) == {name: str(value) for name, value in parameters.items()}
