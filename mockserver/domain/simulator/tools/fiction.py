"""Invented prose, always the same for the same source of chance: for pages of a web that is not there and for files not read."""

from random import Random

_SENTENCES = (
    "{Topic} is the subject of this part, told in general terms.",
    "Most readers begin with the overview of {topic} and come back for the details.",
    "In a made-up survey of {number} people, {percent} percent had a question about {topic}.",
    "The first step is to write down what {topic} is needed for.",
    "Figures on {topic} were last revised in {year}.",
    "There are {few} common ways to approach {topic}, and each has its price.",
    "Where {topic} is concerned, a short list of open questions helps more than a long report.",
    "An invented example: a team of {few} spent {number} days on {topic}.",
    "Nothing here replaces the advice of somebody who knows {topic} well.",
    "The terms that are used for {topic} changed around {year}.",
    "A second opinion on {topic} rarely takes longer than {few} days.",
    "For {topic} the order of the steps matters less than finishing each of them.",
    "The appendix lists {number} sources on {topic}, all of them fictional.",
    "About {percent} percent of the effort goes into the last part of {topic}.",
)
_SENTENCES_A_PARAGRAPH = 3


def paragraphs(topic: str, random: Random, count: int) -> list[str]:
    """Invent this many paragraphs on a topic."""
    sentences: list[str] = []
    while len(sentences) < count * _SENTENCES_A_PARAGRAPH:
        sentences += random.sample(_SENTENCES, len(_SENTENCES))
    told = [_filled(sentence, topic, random) for sentence in sentences[: count * _SENTENCES_A_PARAGRAPH]]
    return [" ".join(told[at : at + _SENTENCES_A_PARAGRAPH]) for at in range(0, len(told), _SENTENCES_A_PARAGRAPH)]


def _filled(sentence: str, topic: str, random: Random) -> str:
    return sentence.format(
        topic=topic,
        Topic=topic[:1].upper() + topic[1:],
        number=random.randint(12, 480),
        percent=random.randint(11, 89),
        few=random.randint(2, 6),
        year=random.randint(2015, 2025),
    )
