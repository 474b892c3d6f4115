"""Reports: from a result to text, pages and files. They know findings and nothing of engines or files of rules."""
