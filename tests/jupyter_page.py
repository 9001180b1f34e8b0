"""What a student does and sees in Jupyter's page: shared by the tests of JupyterLab, Notebook 7 and the site."""

import contextlib

ERROR, STDERR = (f"[data-mime-type='application/vnd.jupyter.{name}']" for name in ("error", "stderr"))
SLIDER = ".widget-slider"
FIRST_PROMPT = "document.querySelector('.jp-CodeCell .jp-InputArea-prompt').textContent"
STARTED = f"() => /^\\[(\\*|\\d+)\\]:$/.test({FIRST_PROMPT})"
FIRST_HAS_RUN = f"() => /^\\[\\d+\\]:$/.test({FIRST_PROMPT})"
FINISHED = """count => {
    const shown = document.querySelectorAll('.jp-CodeCell .jp-InputArea-prompt');
    const prompts = [...shown].map(prompt => prompt.textContent);
    return prompts.length === count && prompts.every(text => /^\\[\\d+\\]:$/.test(text));
}"""


def wait_for_notebook(page):
    page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=90_000)
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(timeout=90_000)


def accept(dialog):
    print("JupyterLab asks:", dialog.inner_text())
    dialog.locator(".jp-mod-accept").click()


def choose(page, menu, command):
    page.get_by_role("menuitem", name=menu, exact=True).click()
    page.locator(f".lm-Menu-item[data-command='{command}']").first.click()


def run_all(page, menu="Run"):
    """Choose "Run All Cells" until it is heard: on a busy machine "idle" is shown before the kernel is there."""
    from playwright.sync_api import TimeoutError

    # A busy machine may lose a kernel as it starts: JupyterLab says so and starts another, as a student lets it do
    page.add_locator_handler(page.locator(".jp-Dialog"), accept)
    for _ in range(5):
        choose(page, menu, "runmenu:run-all")
        with contextlib.suppress(TimeoutError):
            page.wait_for_function(STARTED, timeout=20_000)
            return
    raise AssertionError("«Run All Cells» was chosen five times, and no cell has started")


def move_a_slider(page):
    """Move one, and wait until the picture below is drawn anew."""
    cell = page.locator(".jp-CodeCell", has=page.locator(SLIDER))
    before = cell.locator("img").get_attribute("src")
    cell.locator(".noUi-handle").nth(1).press("ArrowRight")
    gone = "before => ![...document.querySelectorAll('img')].some(image => image.src === before)"
    page.wait_for_function(gone, arg=before)


def wait_until_all_have_run(page, code_cells, seconds):
    unfolded = [cell for cell in code_cells if "jupyter" not in cell.metadata]  # a folded cell shows no number
    page.wait_for_function(FINISHED, arg=len(unfolded), timeout=1000 * seconds)
