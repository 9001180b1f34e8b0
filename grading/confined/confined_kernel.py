"""A Jupyter kernel that has given up its rights before it runs the first cell.

Run as `python -I confined_kernel.py CONNECTION_FILE MODULES`, where MODULES is the folder of init_utils.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from grading.confined import confinement

sys.path[0] = sys.argv[2]

MEMORY = 4 << 30
SECONDS = 300
FILE_SIZE = 16 << 20


def main(connection_file, modules):
    confinement.confine(
        parent=int(os.environ["JPY_PARENT_PID"]),
        read=[*confinement.python_files(), modules],
        write=[os.environ["HOME"], os.environ["JUPYTER_RUNTIME_DIR"], os.devnull],
        memory=MEMORY,
        seconds=SECONDS,
        file_size=FILE_SIZE,
        listening=True,
    )
    from ipykernel.kernelapp import launch_new_instance

    launch_new_instance(["-f", connection_file])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
