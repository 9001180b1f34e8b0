"""All that runs beside a student's code, and nothing else of the grader.

From outside come in only
- `sandbox.Sandbox`: take the functions out of a notebook, call one of them, look into an archive;
- `reexecution.Reexecution`: let nbval execute the lab with a student's functions;
- `unpacking.…`: what a submission may be and hold, as data; it is opened in a child only;
- `folders.run_folder`: the folder of a run, in which hostile code is at work;
- `limits.jobs_within_limits`: how many works the machine's limits let be looked at at a time;
- `confinement.missing_protection`: what this system can't protect from.
"""
