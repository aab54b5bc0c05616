"""Bodies that use much of the document, by operation; all of them are valid."""

TOOLS = {
    "search": {
        "type": "corpora_search",
        "argument_override": {
            "metadata_filter": "doc.level = '${session.metadata.role}'",
            "query": {"$ref": "session.metadata.q"},
        },
        "query_configuration": {"search": {"corpora": [{"corpus_key": "company-docs"}], "limit": 5}},
    },
    "get": {
        "type": "web_get",
        "argument_override": {
            "url": "https://example.org",
            "method": "GET",
            "headers": {"Accept": "text/plain", "X-User": {"$ref": "session.metadata.user"}},
            "timeout_seconds": 5,
            "ssl_verify": True,
            "auth": {"type": "bearer", "token": {"$ref": "session.secrets.token"}},
        },
    },
    "get_all": {
        "type": "web_get",
        "argument_override": {"headers": {"$ref": "session.metadata.headers"}, "auth": {"type": "none"}},
    },
    "web": {"type": "web_search", "argument_override": {"limit": 20, "provider": "tavily", "include_domains": ["example.org"]}},
    "own": {"type": "client", "tool_id": "tol_own", "argument_override": {"anything": [1, {"deep": None}]}},
    "code": {"type": "lambda", "tool_id": "tol_code", "input_transform": ".", "enabled": True, "metadata": {"a": [1.5]}},
    "shared": {"type": "reference", "tool_configuration_key": "shared-1"},
    "read": {"type": "artifact_read", "argument_override": {"encoding": "raw", "start_line": 1, "end_line": {"$ref": "a.b"}}},
    "image": {"type": "image_read", "argument_override": {"artifact_id": "art_1", "detail": "low"}},
    "convert": {"type": "document_conversion", "argument_override": {"output_format": "markdown"}},
    "mcp": {"type": "mcp", "tool_id": "tol_mcp", "key": "k", "name": "n", "description_template": "$x"},
}
STEPS = {
    "answer": {
        "instructions": [
            {"type": "inline", "name": "Language", "template": "${session.metadata.language}", "template_type": "velocity"},
            {"type": "reference", "id": "ins_1", "version": 2},
        ],
        "output_parser": {"type": "default"},
        "reminders": [
            {"type": "templated", "template": "x", "hooks": ["input_message"], "fire_every": 2, "skip_first": 0},
            {"type": "glossary_expansion", "glossary_key": "words"},
        ],
        "next_steps": [{"condition": "get('$.output.intent') == 'billing'", "step_name": "parse"}, {"step_name": "answer"}],
        "allowed_tools": ["search"],
        "reentry_step": "answer",
    },
    "parse": {
        "output_parser": {
            "type": "structured",
            "json_schema": {
                "name": "out",
                "strict": None,
                "schema": {
                    "type": "object",
                    "properties": {"a": {"type": "array", "items": {"type": "string"}}},
                    "required": ["a"],
                },
            },
        },
    },
}
AGENT = {
    "key": "billing-agent",
    "name": "Billing agent",
    "description": "Answers questions about invoices.",
    "model": {"name": "gpt-4o", "parameters": {"t": 0.5}, "retry_configuration": {"max_retries": 10, "initial_backoff_ms": 100}},
    "tool_configurations": TOOLS,
    "skills": {"refund": {"description": "d", "when_to_use": "w", "content": "c"}, "gone": None},
    "first_step_name": "answer",
    "steps": STEPS,
    "metadata": {"team": "x"},
    "enabled": True,
    "compaction": {"threshold_percent": 95, "keep_recent_inputs": 1, "tool_event_policy": "include_all"},
    "tool_output_offloading": {"enabled": True, "mode": "truncate", "context_percentage": 0.01, "max_threshold_bytes": 1024},
}
SMALL_AGENT = {"name": "a", "model": {"name": "gpt-4o"}, "first_step": {"name": "go", "instructions": []}}
RERANKED = {
    "search": {
        "corpora": [{"corpus_key": "company-docs", "metadata_filter": "doc.a = 1", "lexical_interpolation": 0.5}],
        "context_configuration": {"sentences_before": 2, "sentences_after": 2},
        "reranker": {
            "type": "chain",
            "rerankers": [
                {"type": "customer_reranker", "reranker_id": "rnk_1", "limit": 1},
                {"type": "mmr", "diversity_bias": 0.3},
            ],
        },
    },
}
TOOLED_AGENT = {**SMALL_AGENT, "tool_configurations": {"s": {"type": "corpora_search", "query_configuration": RERANKED}}}
SESSION = {
    "key": "user_1",
    "name": "n",
    "description": "",
    "metadata": {"language": "es", "deep": {"a": [1, None]}},
    "enabled": True,
    "tti_minutes": 5,
    "secrets": {"token": "t", "a-b_9": "x"},
    "from_session": {"session_key": "other", "agent_key": "a", "include_up_to_event_id": None},
}
CHANGE = {
    "name": "n",
    "description": "",
    "metadata": {},
    "enabled": False,
    "tti_minutes": 0,
    "secrets": {"token": None, "b": "x"},
}
INPUTS = (
    {"type": "input_message", "messages": [{"type": "text", "content": "x"}, {"type": "skill", "skill_name": "s"}]},
    {"messages": [{"type": "text", "content": "x"}], "stream_response": True, "since": "start", "behavior": "steer"},
    {"type": "input_message", "messages": [{"type": "text", "content": "x"}], "since": "aev_1"},
    {"type": "interrupt"},
    {"type": "compact", "compact_up_to_event_id": "aev_1", "compaction_message": "m", "stream_response": False},
    {
        "type": "tool_output",
        "tool_outputs": [
            {"type": "success", "event_id": "aev_1", "output": {"a": 1}},
            {"type": "error", "event_id": "aev_2", "error": ["x"]},
        ],
    },
)
CORPUS = {
    "key": "company-docs",
    "name": "n",
    "description": "",
    "save_history": True,
    "queries_are_answers": False,
    "documents_are_questions": False,
    "encoder_name": "boomerang-2023-q3",
    "filter_attributes": [
        {"name": "level", "level": "document", "type": "text", "indexed": True, "description": "d"},
        {"name": "tags", "level": "part", "type": "list[text]"},
    ],
    "custom_dimensions": [{"name": "weight", "description": "d", "indexing_default": 0.5, "querying_default": 0}],
}
CORE_DOCUMENT = {
    "id": "doc 1",
    "type": "core",
    "metadata": {"level": "basic", "deep": {"a": [1, None]}},
    "document_parts": [
        {"text": "x", "metadata": {"section": "1"}, "context": "c", "custom_dimensions": {"weight": 0.5}},
        {"text": "", "table_id": "t1", "image_part_mode": "text"},
    ],
}
STRUCTURED_DOCUMENT = {
    "id": "d2",
    "type": "structured",
    "title": "t",
    "description": "d",
    "metadata": {},
    "sections": [{"id": 1, "title": "t", "text": "x", "metadata": {"a": 1}, "sections": [{"text": "y"}]}],
    "chunking_strategy": {"type": "max_chars_chunking_strategy", "max_chars_per_chunk": 100},
}
SENTENCES = {
    "id": "d3",
    "type": "structured",
    "sections": [{"text": "x"}],
    "chunking_strategy": {"type": "sentence_chunking_strategy"},
}
QUERY = {
    "query": "password",
    "search": {
        "metadata_filter": "doc.level = 'basic'",
        "lexical_interpolation": 0.5,
        "offset": 0,
        "limit": 5,
        "context_configuration": {"sentences_before": 2},
        "reranker": {"type": "mmr", "diversity_bias": 0.3},
        "max_by": "doc.id",
    },
    "generation": {"enabled": False},
    "stream_response": False,
    "save_history": True,
    "intelligent_query_rewriting": False,
}
INSTRUCTION = {
    "type": "initial",
    "name": "Language",
    "description": "",
    "template": "${session.metadata.language}",
    "template_type": "velocity",
    "metadata": {"a": 1},
    "enabled": True,
}
ALIAS = {
    "key": "a",
    "name": "A",
    "description": "",
    "policy": {
        "type": "routed",
        "rules": [
            {"match": "get('$.session.key') == 'a'", "targets": {"type": "single", "agent_key": "a"}},
            {
                "targets": {
                    "type": "weighted",
                    "partition_by": "get('$.session.key')",
                    "options": [{"agent_key": "a", "weight": 1}, {"agent_key": "b", "weight": 0}],
                }
            },
        ],
    },
    "enabled": False,
    "metadata": {"a": [1]},
}
SMALL_POLICY = {"type": "routed", "rules": [{"targets": {"type": "single", "agent_key": ""}}]}
SCHEMA = {
    "type": "object",
    "properties": {"a": {"type": "array", "items": {"type": "string"}, "minItems": 1}, "b": {"enum": [1, None]}},
    "required": ["a"],
    "additionalProperties": False,
}
TOOL = {
    "type": "client",
    "name": "get_location",
    "title": "t",
    "description": "d",
    "input_schema": SCHEMA,
    "output_schema": {"anyOf": [SCHEMA, {"type": "null", "title": "t", "default": None}], "maxProperties": 3},
}
SCHEDULE = {
    "key": "daily",
    "name": "n",
    "description": "",
    "message": [{"type": "text", "content": "x"}, {"type": "skill", "skill_name": "s"}],
    "schedule": {"type": "interval", "interval": "P1Y2M3DT4H5M6.7S"},
    "enabled": False,
    "session_metadata": {"a": [1, None]},
    "max_executions_to_keep": 50,
    "stall_timeout_seconds": 1,
}
SMALL_SCHEDULE = {
    "name": "n",
    "message": [{"type": "text", "content": "x"}],
    "schedule": {"type": "cron", "cron_expression": "0 9 * * 1-5"},
}
IDENTITY = {
    "mode": "manual",
    "api_roles": ["viewer"],
    "corpus_roles": [{"corpus_key": "company-docs", "role": "viewer"}],
    "agent_roles": [{"agent_key": "a", "role": "agent_user"}],
}
ROLES = {name: IDENTITY[name] for name in ("api_roles", "corpus_roles", "agent_roles")}
APP_CLIENT = {"type": "client_credentials", "name": "n", "description": "", **ROLES}
TOKEN = {"client_id": "c", "client_secret": "", "grant_type": "client_credentials"}
SAMPLES = {
    "createAgent": (AGENT, SMALL_AGENT, TOOLED_AGENT),
    "replaceAgent": (AGENT, SMALL_AGENT, TOOLED_AGENT),
    "updateAgent": (
        {
            "name": "b",
            "description": None,
            "tool_configurations": {**TOOLS, "gone": None},
            "skills": None,
            "model": {"name": "m"},
        },
        {
            "steps": {**STEPS, "gone": None},
            "first_step": {"name": "x", "instructions": None},
            "compaction": None,
            "enabled": None,
        },
        {"metadata": None, "tool_output_offloading": {"mode": "artifact"}, "first_step_name": "answer"},
    ),
    "updateAgentIdentity": (IDENTITY, {"mode": "auto"}, {}),
    "replaceAgentSecrets": ({"secrets": {"token": "t", "a-b_9": "x"}}, {"secrets": {}}),
    "updateAgentSecrets": ({"secrets": {"token": None, "b": "x"}}, {"secrets": {}}),
    "createAgentSchedule": (SCHEDULE, SMALL_SCHEDULE),
    "updateAgentSchedule": (SCHEDULE, SMALL_SCHEDULE, {}),
    "createAgentSession": (SESSION, {}),
    "updateAgentSession": (CHANGE, {}),
    "createAgentInput": INPUTS,
    "createAgentAlias": (ALIAS, {"key": "a", "name": "", "policy": SMALL_POLICY}),
    "updateAgentAlias": ({"name": "n", "description": "", "enabled": False, "metadata": {}}, {}),
    "replaceAgentAliasPolicy": ({"policy": ALIAS["policy"]}, {"policy": SMALL_POLICY}),
    "createAliasRoutedSession": (SESSION, {}),
    "updateAliasRoutedSession": (CHANGE, {}),
    "createAliasRoutedInput": INPUTS,
    "createCorpus": (CORPUS, {"key": "a"}),
    "updateCorpus": ({"enabled": False, "name": "n", "description": "", "save_history": True}, {}),
    "createCorpusDocument": (CORE_DOCUMENT, STRUCTURED_DOCUMENT, SENTENCES),
    "queryCorpus": (QUERY, {"query": ""}),
    "createInstruction": (INSTRUCTION, {"type": "initial", "name": "n", "template": ""}),
    "updateInstruction": (INSTRUCTION, {"type": "initial", "enabled": False}),
    "createTool": (TOOL, {"type": "client", "name": "n", "description": "d"}),
    "updateTool": ({**TOOL, "enabled": False}, {"type": "client"}),
    "createApiKey": ({"name": "n", **ROLES}, {"name": "n", "api_key_role": "serving", "corpus_keys": ["company-docs"]}),
    "updateApiKey": ({"enabled": False}, {}),
    "createAppClient": (APP_CLIENT, {"type": "client_credentials", "name": "x" * 255}),
    "updateAppClient": ({"description": "d", **ROLES}, {}),
    "getOAuthToken": (TOKEN, {"client_id": "c", "client_secret": "s"}),
    "getOAuth2Token": (TOKEN, {"client_id": "c", "client_secret": "s"}),
    "testInstruction": ({"context": {"a": [1]}, "tools": [{"name": "t", "description": "d", "odd": 1}]}, {}),
}
