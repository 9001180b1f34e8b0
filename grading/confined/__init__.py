"""All that runs beside a student's code, and nothing else of the grader.

From outside come in only
- `sandbox.Sandbox`: take the functions out of a notebook, call one of them, look into an archive;
- `calling.FIELDS`, `calling.REFUSED`: how a failed call is described;
- `unpacking.kind_of`, `unpacking.Budget` …: what that one and the grader's side both say of names and limits;
- `folders.run_folder`: where all that a run writes lies while it lasts;
- `reexecution.Reexecution`: let nbval execute the lab with a student's functions;
- `limits.jobs_within_limits`: how many works the machine's limits let be looked at at a time;
- `confinement.missing_protection`: what this system can't protect from.
"""
