"""What is legal: names, connections, the number of inputs. The drag preview and the edit ask the same rules.

A catalog tells how many inputs a kind takes; the rules know nothing else about layers.
"""

from __future__ import annotations

import keyword
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Protocol

from workbench.core.graph.network import Network, Node, prefixes
from workbench.errors import Problem

RESERVED = frozenset(
    "T_destination add_module apply bfloat16 buffers call_super_init children compile cpu cuda double "
    "dump_patches eval extra_repr float forward get_buffer get_extra_state get_parameter get_submodule half ipu "
    "load_state_dict modules mtia named_buffers named_children named_modules named_parameters parameters "
    "register_backward_hook register_buffer register_forward_hook register_forward_pre_hook "
    "register_full_backward_hook register_full_backward_pre_hook register_load_state_dict_post_hook "
    "register_load_state_dict_pre_hook register_module register_parameter register_state_dict_post_hook "
    "register_state_dict_pre_hook requires_grad_ set_extra_state set_submodule share_memory state_dict to "
    "to_empty train training type xpu zero_grad weight bias "
    "add_submodule code delete_all_unused_submodules delete_submodule graph meta print_readable recompile shape_env "
    "to_folder "
    "_apply _backward_hooks _backward_pre_hooks _boxed_call _buffers _call_impl _code _compiled_call_impl "
    "_create_node_hooks _deepcopy_hooks _deepcopy_init _erase_node_hooks _forward_hooks _forward_hooks_always_called "
    "_forward_hooks_with_kwargs _forward_pre_hooks _forward_pre_hooks_with_kwargs _get_backward_hooks "
    "_get_backward_pre_hooks _get_name _graph _is_full_backward_hook _lineno_map _load_from_state_dict "
    "_load_state_dict_post_hooks _load_state_dict_pre_hooks _maybe_warn_non_full_backward_hook _modules "
    "_named_members _non_persistent_buffers_set _parameters _prologue_start _recompile_submodules "
    "_register_create_node_hook _register_deepcopy_hook _register_erase_node_hook _register_load_state_dict_pre_hook "
    "_register_replace_node_hook _register_state_dict_hook _replace_hooks _replicate_for_data_parallel "
    "_save_to_state_dict _set_replace_hook _slow_forward _state_dict_hooks _state_dict_pre_hooks _tracer_cls "
    "_tracer_extras _unregister_create_node_hook _unregister_deepcopy_hook _unregister_erase_node_hook "
    "_unregister_replace_node_hook _version _wrapped_call _wrapped_call_impl".split()
)
"""Segments that a module path cannot use: attributes of every module, of every traced one, or of parameters."""
LONGEST_NAME, DEEPEST_GROUP = 300, 50
"""Limits of a name in characters and in groups: PyTorch walks its modules by recursion."""


class Names(Protocol):
    """What the rules ask of a network where only names matter."""

    @property
    def groups(self) -> AbstractSet[str]:
        """The prefixes of all names."""

    def __contains__(self, name: str, /) -> bool: ...

    def __len__(self) -> int: ...


class Catalog(Protocol):
    """What the rules ask of a catalog of layer kinds."""

    def input_limits(self, kind: str) -> tuple[int, int | None]:
        """The fewest and the most inputs of a kind (None: any number)."""


def name_problem(network: Names, name: str) -> Problem | None:
    """Why a new node cannot have this name, or None if it can."""
    if name in network:
        return Problem(name, "The name is taken", "two nodes cannot share a module path")
    return own_name_problem(network, name)


def own_name_problem(network: Names, name: str) -> Problem | None:
    """What is wrong with the name of a node of the network, or None."""
    problem = _spelling_problem(name)
    if problem is None and (name in network.groups or any(prefix in network for prefix in prefixes(name))):
        return Problem(name, "The name clashes with a group", "a node cannot be inside another node")
    return problem


def is_spelled(name: str) -> bool:
    """Whether a node of some network can have this name."""
    return _spelling_problem(name) is None


@lru_cache(maxsize=65536)
def _spelling_problem(name: str) -> Problem | None:
    """Why no node of any network can have this name, or None."""
    parts = name.split(".")
    if len(name) > LONGEST_NAME or len(parts) > DEEPEST_GROUP:
        reason = f"at most {LONGEST_NAME} characters and {DEEPEST_GROUP} groups within one another"
        return Problem(name[:LONGEST_NAME], "The name is too long", reason)
    if not all(map(_is_segment, parts)) or not name.isascii():
        return Problem(name, "Not a usable name", "use letters, digits and underscores, with dots between groups")
    reserved = next((part for part in parts if part in RESERVED or part.startswith("__")), None)
    if reserved:
        return Problem(name, f'"{reserved}" is reserved', "every PyTorch module already has an attribute of that name")
    if name == "self":
        return Problem(
            name, '"self" is reserved', "in Python, in which the network is written, it is the network itself"
        )
    word = next((part for part in parts if keyword.iskeyword(part)), None)
    if word:
        return Problem(name, f'"{word}" is reserved', "it is a word of Python, in which the network is written")
    return None


def _is_segment(part: str) -> bool:
    """Whether a part of a name can be an attribute of a module; published networks have hyphens in theirs."""
    return part.isdigit() or (part.replace("-", "_").isidentifier() and not part.startswith("-"))


def connection_problem(network: Network, source: str, target: str, catalog: Catalog) -> Problem | None:
    """Why the output of `source` cannot become one more input of `target`, or None if it can."""
    for name in (source, target):
        if name not in network:
            return Problem(name, "There is no such node")
    if network[source].kind == "Output":
        return Problem(source, "The output of the network has no output of its own")
    _, most = catalog.input_limits(network[target].kind)
    if most == 0:
        return Problem(target, f"{network[target].kind} takes no input")
    if source in network.downstream(target):
        return Problem(target, "That would close a loop", f"{target} already feeds {source}")
    return None


def input_problem(node: Node, network: Network, catalog: Catalog) -> Problem | None:
    """What is wrong with the inputs that a node has now, or None."""
    fewest, most = catalog.input_limits(node.kind)
    missing = next((source for source in node.inputs if source not in network), None)
    if missing is not None:
        return Problem(node.name, f"Its input {missing} does not exist", "connect another node to it")
    if len(node.inputs) < fewest:
        wanted = "an input" if fewest == 1 else f"at least {fewest} inputs"
        return Problem(node.name, f"{node.kind} needs {wanted}", f"{len(node.inputs)} connected")
    if most is not None and len(node.inputs) > most:
        return Problem(node.name, f"{node.kind} takes at most {most} inputs", f"{len(node.inputs)} connected")
    return None
