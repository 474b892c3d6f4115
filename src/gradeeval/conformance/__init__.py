"""The conformance kit: whether a ruleset folder or a plugin is what gradeeval asks of one, as a record with digests.

``kit.examine`` is what ``gradeeval plugins check`` and a plugin's own tests call.
"""
