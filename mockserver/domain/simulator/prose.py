"""What the simulated agent says, by language: a small table of phrases around what it found or remembers."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from mockserver.domain.values import JsonObject


@dataclass(frozen=True, slots=True)
class Phrases:
    """The phrases of a language. `{…}` are filled in."""

    greeting: str
    found: str
    also: str
    nothing: str
    failed: str
    recalled: str
    blank: str
    thinking: str
    reported: str
    received: str


PHRASES = {
    "en": Phrases(
        greeting="Hello, this is {name} from {agent}. How can I help you today?",
        found="According to “{title}” ({document}): {passage}",
        also="You may also want to read {titles}.",
        nothing="I am sorry, I found nothing about this in the documents that I may use for you.",
        failed="I am sorry, that did not work, so I cannot answer this for the moment.",
        recalled="Earlier in this conversation you wrote: “{quote}”",
        blank="You have not told me anything yet in this conversation; this is your first message.",
        thinking="The user asks about {topic}. I should look it up before I answer.",
        reported="The tool {tool} returned: {result}",
        received="I have received {files}.",
    ),
    "es": Phrases(
        greeting="Hola, soy {name} de {agent}. ¿En qué puedo ayudarle hoy?",
        found="Según el documento «{title}» ({document}): {passage}",
        also="También le puede interesar {titles}.",
        nothing="Lo siento, no he encontrado nada sobre esto en los documentos que puedo consultar para usted.",
        failed="Lo siento, eso no ha funcionado, así que por ahora no puedo responder a esto.",
        recalled="Antes, en esta conversación, usted escribió: «{quote}»",
        blank="Todavía no me ha contado nada en esta conversación; este es su primer mensaje.",
        thinking="El usuario pregunta por {topic}. Debo consultarlo antes de responder.",
        reported="La herramienta {tool} ha devuelto: {result}",
        received="He recibido {files}.",
    ),
    "fr": Phrases(
        greeting="Bonjour, ici {name} de {agent}. Comment puis-je vous aider aujourd'hui ?",
        found="D'après le document « {title} » ({document}) : {passage}",
        also="Vous pouvez aussi lire {titles}.",
        nothing="Je suis désolé, je n'ai rien trouvé à ce sujet dans les documents que je peux consulter pour vous.",
        failed="Je suis désolé, cela n'a pas fonctionné, je ne peux donc pas répondre pour le moment.",
        recalled="Plus tôt dans cette conversation, vous avez écrit : « {quote} »",
        blank="Vous ne m'avez encore rien dit dans cette conversation ; c'est votre premier message.",
        thinking="L'utilisateur pose une question sur {topic}. Je dois vérifier avant de répondre.",
        reported="L'outil {tool} a renvoyé : {result}",
        received="J'ai bien reçu {files}.",
    ),
    "de": Phrases(
        greeting="Guten Tag, hier ist {name} von {agent}. Wie kann ich Ihnen heute helfen?",
        found="Laut dem Dokument „{title}“ ({document}): {passage}",
        also="Lesen Sie dazu auch {titles}.",
        nothing="Es tut mir leid, dazu habe ich in den Dokumenten, die ich für Sie nutzen darf, nichts gefunden.",
        failed="Es tut mir leid, das hat nicht funktioniert, daher kann ich das im Moment nicht beantworten.",
        recalled="Sie haben in diesem Gespräch vorhin geschrieben: „{quote}“",
        blank="Sie haben mir in diesem Gespräch noch nichts erzählt; das ist Ihre erste Nachricht.",
        thinking="Der Benutzer fragt nach {topic}. Ich sollte das nachschlagen, bevor ich antworte.",
        reported="Das Werkzeug {tool} hat zurückgegeben: {result}",
        received="Ich habe {files} erhalten.",
    ),
    "ja": Phrases(
        greeting="こんにちは、{agent}の{name}です。本日はどのようなご用件でしょうか。お手伝いいたします。",
        found="資料「{title}」({document})によると、次のとおりです。{passage}",
        also="あわせて{titles}もご覧ください。",
        nothing="申し訳ございませんが、お客様にご案内できる資料の中には該当する情報が見つかりませんでした。",
        failed="申し訳ございませんが、正常に動作しなかったため、現在お答えすることができません。",
        recalled="この会話の中で、先ほどお客様は次のようにお書きになりました。「{quote}」",
        blank="この会話ではまだ何も伺っておりません。これがお客様の最初のメッセージです。",
        thinking="ユーザーは{topic}について質問しています。回答する前に調べる必要があります。",
        reported="ツール「{tool}」の結果は次のとおりです。{result}",
        received="{files}を受け取りました。ありがとうございます。",
    ),
    "it": Phrases(
        greeting="Buongiorno, sono {name} di {agent}. Come posso aiutarla oggi?",
        found="Secondo il documento «{title}» ({document}): {passage}",
        also="Le può interessare anche {titles}.",
        nothing="Mi dispiace, non ho trovato nulla su questo argomento nei documenti che posso consultare per lei.",
        failed="Mi dispiace, non ha funzionato, quindi per ora non posso rispondere.",
        recalled="Prima, in questa conversazione, lei ha scritto: «{quote}»",
        blank="Non mi ha ancora detto nulla in questa conversazione; questo è il suo primo messaggio.",
        thinking="L'utente chiede informazioni su {topic}. Devo verificare prima di rispondere.",
        reported="Lo strumento {tool} ha restituito: {result}",
        received="Ho ricevuto {files}.",
    ),
    "pt": Phrases(
        greeting="Olá, aqui é {name} de {agent}. Como posso ajudar você hoje?",
        found="Segundo o documento «{title}» ({document}): {passage}",
        also="Você também pode ler {titles}.",
        nothing="Desculpe, não encontrei nada sobre isso nos documentos que posso consultar para você.",
        failed="Desculpe, isso não funcionou, por isso não posso responder agora.",
        recalled="Antes, nesta conversa, você escreveu: «{quote}»",
        blank="Você ainda não me disse nada nesta conversa; esta é a sua primeira mensagem.",
        thinking="O usuário pergunta sobre {topic}. Devo consultar antes de responder.",
        reported="A ferramenta {tool} devolveu: {result}",
        received="Recebi {files}.",
    ),
}
_LONGEST_PASSAGE = 600
_LONGEST_QUOTE = 300
_WORDY = ("content", "text", "sub_agent_response", "message", "result", "answer")
_SENTENCE_END = re.compile(r"(?<=[.!?。])\s")


def found(phrases: Phrases, results: Sequence[JsonObject]) -> str:
    """Say what a search returned: the best passage with its document named, and the titles of up to two more documents."""
    if not results:
        return phrases.nothing
    best = results[0]
    text = phrases.found.format(
        title=_title(best), document=best["document_id"], passage=shortened(str(best["text"]), _LONGEST_PASSAGE)
    )
    others = {result["document_id"]: _title(result) for result in results[1:]}
    others.pop(best["document_id"], None)
    titles = ", ".join(f"“{title}”" for title in list(others.values())[:2])
    return f"{text} {phrases.also.format(titles=titles)}" if titles else text


def generated(generation: JsonObject | None, results: Sequence[JsonObject]) -> JsonObject:
    """Return what a search adds when generation is asked for: a summary in English (api-facts §4.10); nothing otherwise."""
    if generation is None or not generation.get("enabled", True):
        return {}
    return {"summary": found(PHRASES["en"], results), "response_language": "eng"}


def reported(phrases: Phrases, tool: str, output: JsonObject) -> str:
    """Say what a tool returned: its own words where it has such, else its result as JSON."""
    words = next((output[name] for name in _WORDY if isinstance(output.get(name), str)), None)
    result = words if words is not None else json.dumps(output, ensure_ascii=False, default=str)
    return phrases.reported.format(tool=tool, result=shortened(str(result), _LONGEST_PASSAGE))


def recalled(phrases: Phrases, quote: str | None) -> str:
    """Say what the user wrote earlier, or that there is nothing earlier."""
    return phrases.recalled.format(quote=shortened(quote, _LONGEST_QUOTE)) if quote else phrases.blank


def shortened(text: str, longest: int) -> str:
    """Cut a text at the end of a sentence or, failing that, of a word."""
    if len(text) <= longest:
        return text
    kept = ""
    for sentence in _SENTENCE_END.split(text):
        if len(kept) + len(sentence) + 1 > longest:
            break
        kept = f"{kept} {sentence}".strip()
    return kept or text[:longest].rsplit(" ", 1)[0] + " …"


def _title(result: JsonObject) -> str:
    metadata = result.get("document_metadata")
    title = metadata.get("title") if isinstance(metadata, dict) else None
    return str(title or result["document_id"])
