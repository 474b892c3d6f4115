"""A first draft of a ruleset from the text of a document: what can be read off, and what a person has to decide."""
