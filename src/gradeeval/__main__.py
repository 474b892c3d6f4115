"""``python -m gradeeval``: the same as the command ``gradeeval``."""

from gradeeval.cli.main import main

if __name__ == "__main__":
    main()
