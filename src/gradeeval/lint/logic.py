"""Family L: what follows from the rules themselves, proved by the solver and shown by a profile (``--prove``)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradeeval.engines.solver.demand import Demand
from gradeeval.language.nodes import Origin, Requirement
from gradeeval.lint.check import ERROR, OFF, Check, Hit, Material
from gradeeval.lint.proofs import Asked, Proofs, proofs, strictness
from gradeeval.messages import _, listed
from gradeeval.proving.prover import FOUND, NONE, UNDECIDED, Answer
from gradeeval.proving.relations import Between, Stricter
from gradeeval.proving.showing import case_plain, case_text, outcome_title
from gradeeval.rulesets.ruleset import PolicyDocument


def never_applies(material: Material) -> Iterator[Hit]:
    """Requirements that bind nobody."""
    for one, alone in _proofs(material).alone:
        if alone.applies is False:
            yield Hit(
                one.requirement.origin.at("binds"),
                _("{it}：没有任何对象能受它约束（条件互相排斥，或指标永远无值）；请核对 binds 和指标的公式").format(
                    it=_named(one)
                ),
            )


def never_met(material: Material) -> Iterator[Hit]:
    """Requirements that nobody whom they bind can meet."""
    for one, alone in _proofs(material).alone:
        bare = one.requirement.target.test is None
        if alone.applies and alone.met is False and not bare and alone.shown.word != UNDECIDED:
            yield _shown(
                one.requirement.origin.at("target"),
                _("{it}：受约束的对象都不可能达标；请核对目标、单位和指标的范围").format(it=_named(one)),
                alone.shown,
                [one],
            )


def never_missed(material: Material) -> Iterator[Hit]:
    """Requirements that nobody whom they bind can miss; of a permit that is its nature."""
    for one, alone in _proofs(material).alone:
        requirement = one.requirement
        if requirement.target.test is None or requirement.force == "permit":
            continue
        if alone.applies and alone.missed is False and alone.met is not False and alone.shown.word != UNDECIDED:
            yield _shown(
                requirement.origin.at("target"),
                _("{it}：受约束的对象不可能不达标，这条要求没有作用；请核对目标和指标的范围").format(it=_named(one)),
                alone.shown,
                [one],
            )


def contradictions(material: Material) -> Iterator[Hit]:
    """Two requirements that no subject of both can meet; at the one that is linted, of two at the later."""
    for first, second, between in _decided(material):
        if between.contradict:
            later, earlier = _later_first(first, second)
            it = later if later.encoded.ruleset.document.id in material.chosen else earlier
            sentence = _("{it}与{other}互相矛盾：同受两条约束的对象不能两条都达标；请核对两处的数字、范围和期限")
            yield from _pair_hits(material, (first, second), between, sentence, it)


def redundant(material: Material) -> Iterator[Hit]:
    """A requirement that adds nothing to another that is as strong and due as early."""
    for first, second, between in _decided(material):
        if between.first_follows and between.second_follows:
            if not _differences(first, second):
                sentence = _("{it}与{other}要求相同，约束力和期限也相同；请只留一条，或写明忽略的原因")
                yield from _pair_hits(material, (first, second), between, sentence)
            continue
        for weak, strong, follows in (
            (first, second, between.first_follows),
            (second, first, between.second_follows),
        ):
            if follows and _covers(strong, weak) and strong.requirement.stricter_than != weak.requirement.id:
                sentence = _(
                    "{it}没有增加要求：不达到它的，也不达到{other}，后者约束力不弱、期限不晚；请核对，或写明忽略的原因"
                )
                yield from _pair_hits(material, (first, second), between, sentence, it=weak)


def conflicts(material: Material) -> Iterator[Hit]:
    """Two requirements that ask the same with another force or by another date."""
    for first, second, between in _decided(material):
        if between.first_follows and between.second_follows and _differences(first, second):
            it, other = _later_first(first, second)
            sentence = _("{it}与{other}要求相同，但{differences}；请核对，或写明忽略的原因").replace(
                "{differences}", _differences(it, other)
            )
            yield from _pair_hits(material, (first, second), between, sentence)


def not_stricter(material: Material) -> Iterator[Hit]:
    """A requirement that says ``stricter_than`` and lets somebody pass whom the other does not."""
    for one, other, escapes in _proofs(material).claims:
        if escapes.word == FOUND:
            yield _shown(
                one.requirement.origin.at("stricter_than"),
                _(
                    "{it}自称比{other}更严，但有对象不达到后者而没有违反前者；请核对数字和范围，或改写为 replaces 并写明 basis"
                ).format(it=_named(one), other=_named(other)),
                escapes,
                [other, one],
            )


def excluded(material: Material) -> Iterator[Hit]:
    """A mandatory requirement that nobody can meet who meets the other mandatory ones of its document."""
    known = {
        frozenset((first.requirement.id, second.requirement.id))
        for first, second, between in _proofs(material).pairs
        if between.contradict
    }
    for one, item, shown in _proofs(material).excluded:
        others = [demand.requirement for demand in item.others]
        if not others or any(frozenset((one.requirement.id, other.id)) in known for other in others):
            continue
        yield _shown(
            one.requirement.origin,
            _("{it}不能与本文件其他必须达到的要求同时达标：{others}；没有对象能全部达标").format(
                it=_named(one), others=listed(_called(other) for other in others)
            ),
            shown,
            [one],
            also=tuple((other.origin, _called(other)) for other in others),
        )


def weaker(material: Material) -> Iterator[Hit]:
    """``--implies A B``: a demand of B that one can miss without missing those of A on the same indicator."""
    for found in _strictness(material):
        if found.matching:
            why = _weaker_by(found)
            if found.escapes.word == FOUND or why:
                yield _shown(
                    found.matching[0].requirement.origin,
                    _("{it}不如{other}严{why}").format(
                        it=listed(_called(demand.requirement) for demand in found.matching),
                        other=_called(found.demand.requirement),
                        why="" if found.escapes.word == FOUND else _("：{why}").format(why=why),
                    ),
                    found.escapes,
                    [found.demand, *found.matching],
                    also=((found.demand.requirement.origin, _called(found.demand.requirement)),),
                )


def unmatched(material: Material) -> Iterator[Hit]:
    """``--implies A B``: a demand of B on an indicator of which A asks nothing."""
    for found in _strictness(material):
        if not found.matching:
            assert material.compared is not None
            yield Hit(
                found.demand.requirement.origin,
                _("{other}：规则集 {id} 对这一指标没有要求").format(
                    other=_called(found.demand.requirement), id=material.compared[0]
                ),
            )


def strictness_undecided(material: Material) -> Iterator[Hit]:
    """``--implies A B``: what could not be decided."""
    for found in _strictness(material):
        if found.matching and found.escapes.word == UNDECIDED:
            yield _open(found.demand.requirement.origin, _called(found.demand.requirement), found.escapes.why)


def undecided(material: Material) -> Iterator[Hit]:
    """What could not be decided, so that nobody takes silence for a proof."""
    results = _proofs(material)
    for one, alone in results.alone:
        review = one.requirement.target.test is None
        if alone.applies is None or (not review and None in (alone.met, alone.missed)) or alone.shown.word == UNDECIDED:
            yield _open(one.requirement.origin, _named(one), alone.shown.why)
    for first, second, between in results.pairs:
        if between.undecided or between.shown.word == UNDECIDED:
            yield _open(first.requirement.origin, _both(first, second), between.shown.why)
    for one, other, escapes in results.claims:
        if escapes.word == UNDECIDED:
            yield _open(one.requirement.origin, _both(one, other), escapes.why)
    for one, item, _shown_by in results.excluded:
        if not item.others:
            yield _open(one.requirement.origin, _named(one))


CHECKS = (
    Check("L101", "适用条件不可能成立", "Applicability that can never hold", never_applies, ERROR, proves=True),
    Check("L102", "目标不可能达到", "Target that can never be met", never_met, ERROR, proves=True),
    Check("L103", "目标不可能落空", "Target that can never be missed", never_missed, proves=True),
    Check("L201", "两条要求互相矛盾", "Contradiction", contradictions, ERROR, proves=True),
    Check("L202", "多余的要求", "Requirement that another makes redundant", redundant, proves=True),
    Check("L203", "要求相同，约束力或期限不同", "Same demand, other force or date", conflicts, proves=True),
    Check("L204", "自称更严而不更严", "Claims to be stricter and is not", not_stricter, ERROR, proves=True),
    Check("L301", "没有对象能全部达标", "No subject can conform", excluded, ERROR, proves=True),
    Check("L401", "不如另一规则集严", "Weaker than another ruleset", weaker, ERROR, proves=True, compares=True),
    Check("L402", "另一规则集的要求没有对应", "Demand without a match", unmatched, OFF, proves=True, compares=True),
    Check("L403", "比较没有得出结论", "Comparison not decided", strictness_undecided, proves=True, compares=True),
    Check("L901", "没有得出结论", "Not decided", undecided, proves=True),
)


# -- what is asked once ------------------------------------------------------------------------------------------------


def _proofs(material: Material) -> Proofs:
    return material.once(proofs)


def _strictness(material: Material) -> list[Stricter]:
    return material.once(strictness)


def _decided(material: Material) -> Iterator[tuple[Asked, Asked, Between]]:
    """The pairs of which something is proved that a replayed profile shows."""
    return ((one, other, found) for one, other, found in _proofs(material).pairs if found.shown.word != UNDECIDED)


# -- comparing ---------------------------------------------------------------------------------------------------------


def _binding_from(one: Asked) -> str:
    """From when a miss counts: the due date; of a standing duty the document's date, as far as it is known."""
    return one.requirement.due or one.encoded.ruleset.document.date or ""


def _covers(strong: Asked, weak: Asked) -> bool:
    """Whether one is as strong as the other and binds as early."""
    return _strength(strong.demand) >= _strength(weak.demand) and _binding_from(strong) <= _binding_from(weak)


def _strength(demand: Demand) -> int:
    return demand.scope.vocabulary.lists["force"].ranks[demand.requirement.force]


def _force(demand: Demand) -> str:
    return demand.scope.vocabulary.lists["force"].label(demand.requirement.force)


def _differences(first: Asked, second: Asked) -> str:
    """How force and date of two requirements differ, in words; empty where they do not."""
    found = []
    one, other = first.requirement, second.requirement
    if one.force != other.force:
        found.append(_("约束力不同（{one}、{other}）").format(one=_force(first.demand), other=_force(second.demand)))
    if one.due != other.due:
        found.append(_("期限不同（{one}、{other}）").format(one=one.due or _("长期"), other=other.due or _("长期")))
    return _("，").join(found)


def _weaker_by(found: Stricter) -> str:
    """Of demands that ask enough, how all of them are weaker in force or later."""
    if found.escapes.word != NONE:
        return ""
    wanted = found.demand.requirement
    strongest = max(found.matching, key=_strength)
    if _strength(strongest) < _strength(found.demand):
        return _("约束力较弱（{one}、{other}）").format(one=_force(strongest), other=_force(found.demand))
    due = min(demand.requirement.due or "" for demand in found.matching)
    if wanted.due is not None and due > wanted.due:
        return _("期限较晚（{one}、{other}）").format(one=due, other=wanted.due)
    return ""


# -- saying ------------------------------------------------------------------------------------------------------------


def _named(one: Asked) -> str:
    return _called(one.requirement)


def _both(one: Asked, other: Asked) -> str:
    return _("{it}与{other}").format(it=_named(one), other=_named(other))


def _called(requirement: Requirement) -> str:
    return _("{id}（{clause}“{quote}”）").format(id=requirement.id, clause=requirement.clause, quote=requirement.quote)


def _shown(
    origin: Origin,
    sentence: str,
    answer: Answer,
    of: Sequence[Asked | Demand],
    also: tuple[tuple[Origin, str], ...] = (),
) -> Hit:
    """A hit with the profile that shows it, if there is one: in the sentence and as plain data."""
    witness = answer.witness
    if witness is None:
        return Hit(origin, sentence, also=also)
    ids = [one.requirement.id for one in of]
    outcomes = dict(zip(ids, witness.outcomes, strict=False))
    told = listed(f"{id} {outcome_title(outcome)}" for id, outcome in outcomes.items())
    return Hit(
        origin,
        sentence + _("。例：{case}：{told}").format(case=case_text(witness.case), told=told),
        also=also,
        data={"case": case_plain(witness.case), "outcomes": outcomes},
    )


def _pair_hits(
    material: Material, pair: tuple[Asked, Asked], between: Between, sentence: str, it: Asked | None = None
) -> Iterator[Hit]:
    """A hit about two requirements at ``it``, else at the later one, if that is linted: the other may stand as it is."""
    it, other = _later_first(*pair) if it is None else (it, pair[1] if it is pair[0] else pair[0])
    if it.encoded.ruleset.document.id in material.chosen:
        yield _shown(
            it.requirement.origin,
            sentence.format(it=_named(it), other=_named(other)),
            between.shown,
            pair,
            also=((other.requirement.origin, _named(other)),),
        )


def _later_first(first: Asked, second: Asked) -> tuple[Asked, Asked]:
    return (second, first) if _age(first) < _age(second) else (first, second)


def _age(one: Asked) -> tuple[str, str]:
    document: PolicyDocument = one.encoded.ruleset.document
    horizon = document.horizon
    begin = str(horizon.first) if horizon is not None and horizon.first is not None else ""
    return document.date or begin, one.requirement.id


def _open(origin: Origin, what: str, why: str = "") -> Hit:
    return Hit(
        origin,
        _("{what}：没有得出结论{why}；可以用 --timeout 给更多时间").format(
            what=what, why=_("（{why}）").format(why=why) if why else ""
        ),
    )
