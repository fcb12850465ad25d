# ruff: noqa: E501 - a drawing is easier to read in one line
"""For each rule a diagram that breaks it, and the smallest change after which it does not.

A diagram is drawn (tests/engine/bpmn/drawing.py); `TOP` is what stands beside the process.
"""

from __future__ import annotations

from tests.engine.bpmn.drawing import ext, job, script

END = "start s\nend e\n"
ONE = f"{END}user u\ns -> u -> e"
ITEMS = '<itemDefinition id="A" structureRef="a"/><itemDefinition id="B" structureRef="b"/>'
MESSAGE = f'{ITEMS}<message id="m" name="m" itemRef="A"/>'
OPERATION = f'{MESSAGE}<interface id="i" name="i"><operation id="o" name="o"><inMessageRef>m</inMessageRef></operation></interface>'
POOLS = (
    '<collaboration id="c"><participant id="us" processRef="p"/><participant id="you" name="You"/>{}</collaboration>'
)
OF_B, LIST_OF_A = ' itemSubjectRef="B"', ' itemSubjectRef="A" isCollection="true"'
NO_EVENT = ' behavior="All" oneBehaviorEventRef="x"'
FORMAL = 'xsi:type="tFormalExpression"'


def io(*items: str, sets: str = "") -> str:
    """An input/output specification with these inputs, all in one set."""
    data = "".join(f'<dataInput id="in{n}"{item}/>' for n, item in enumerate(items))
    refs = "".join(f"<dataInputRefs>in{n}</dataInputRefs>" for n, _ in enumerate(items))
    return f"<ioSpecification>{data}{sets or f'<inputSet>{refs}</inputSet>'}<outputSet/></ioSpecification>"


def calls(process_id: str) -> str:
    """The inside of a call activity."""
    return ext(f'<zeebe:calledElement processId="{process_id}"/>')


def multi(inside: str, attributes: str = "") -> str:
    """Multi-instance characteristics with raw content."""
    return f"<multiInstanceLoopCharacteristics{attributes}>{inside}</multiInstanceLoopCharacteristics>"


EACH = ext('<zeebe:loopCharacteristics inputCollection="=[1]"/>')
TASK = f"{END}serviceTask u | %s\ns -> u -> e"
SEND = f"{END}sendTask u messageRef=m | {job('x')}%s\ns -> u -> e"
LINKS = "start s\nthrow a @link:L\ncatch b @link:L\nend e\ns -> a\nb -> e"
WAYS = f"{END}user u\nuser v\nxor x\nxor y\ns -> x\nx -> u : =a\nx -> v : default\nu -> y\nv -> y\ny -> e"
EVENTS = "evt g\ncatch c @duration:P1D\ncatch d @duration:P2D\ns -> g -> c -> e\ng -> d -> e"
CROSSED = (
    f"{END}and a\nxor x\nxor y\nand j\nand k\ns -> a -> x\na -> y\nx -> j : =b\nx -> k : default\n"
    "y -> j : =c\ny -> k : default\nxor o\nj -> o\nk -> o -> e"
)
MANY = f"{END}{{}}\nor j\ns -> a\nj -> e\n" + "\n".join(
    f"xor x{n}\na -> x{n}\n" + "\n".join(f"task t{n}{m}\nx{n} -> t{n}{m} : =b\nt{n}{m} -> j" for m in range(4))
    for n in range(8)
)
UNDO = " isForCompensation=true"
NO_REF = ' behavior="None"'
LANES = (
    '<laneSet id="ls"><lane id="l1"><flowNodeRef>u</flowNodeRef></lane>'
    '<lane id="l2"><flowNodeRef>u</flowNodeRef></lane></laneSet>'
)
ESCALATION = '<escalation id="z" name="z"/>'

MADE_WRONG = {
    "nothing-to-run",
    "missing-id",
    "schema",
    "public-executable",
    "link-without-end",
    "flow-without-condition",
    "called-process-start",
    "lane-membership",
}
"""Here the change does not mend the diagram: it breaks it."""

# rule: (what is drawn, what is wrong in it, what mends it, what stands beside the process)
EXAMPLES: dict[str, tuple[str, str, str, str]] = {
    "nothing-to-run": (ONE, 'isExecutable="true"', 'isExecutable="false"', ""),
    "empty-scope": (f"{END}sub a {{\nuser x\nuser y\nx -> y -> x\n}}\ns -> a -> e", "y -> x", "y", ""),
    "several-none-starts": (f"start s2\nuser u\n{END}s -> u -> e\ns2 -> u", "start s2", "start s2 @message:m", ""),
    "duplicate-id": (f"{ONE}\nuser u", "\nuser u", "\n", ""),
    "missing-id": (ONE, 'userTask id="u"', "userTask", ""),
    "unsupported-element": (f"{ONE}\nglobalTask w", "\nglobalTask w", "", ""),
    "unsupported-extension": (f"{END}user u | {ext('<zeebe:magic/>')}\ns -> u -> e", "<zeebe:magic/>", "", ""),
    "broken-reference": (f"{ONE}\nu -> nowhere", "\nu -> nowhere", "", ""),
    "flow-end": (f"{ONE}\nuser v\ne -> v -> e", "\ne -> v", "\nu -> v", ""),
    "flow-without-condition": (WAYS, "x -> v : default", "x -> v", ""),
    "boundary-host": (
        f"{ONE}\nesp h {{\nstart k @message:m\nend l\nk -> l\n}}\nbound b attachedToRef=h @duration:P1D\nb -> e",
        "Ref=h",
        "Ref=u",
        "",
    ),
    "always-interrupting": (
        f"{ONE}\nbound b attachedToRef=u cancelActivity=false @error:x\nb -> e",
        " cancelActivity=false",
        "",
        "",
    ),
    "event-trigger": (f"{END}catch c @error:x\ns -> c -> e", "@error:x", "@message:x", ""),
    "multiple-triggers": ("start s\nend e @error:x @escalation:y\ns -> e", " @escalation:y", "", ""),
    "timer-kind": (f"{END}catch c @cycle:R/P1D\ns -> c -> e", "@cycle:R/P1D", "@duration:P1D", ""),
    "start-message-twice": (f"{ONE}\nstart q @message:m\nq -> u\nstart r @message:m\nr -> u", "r @message:m", "r", ""),
    "starts-itself": (f"{ONE}\nstart q @signal:a\nthrow t @signal:a\nq -> t -> e", "t @signal:a", "t @signal:b", ""),
    "event-never-comes": (f"{ONE}\nbound b attachedToRef=u @cycle:R0/P1D\nb -> e", "R0/", "R1/", ""),
    "link-without-end": (LINKS, "catch b @link:L", "catch b @link:M", ""),
    "event-sub-process-start": (f"{ONE}\nesp h {{\nstart k\nend l\nk -> l\n}}", "start k", "start k @message:m", ""),
    "compensation-sub-process": (
        f"{ONE}\nesp h {{\nstart k @compensate\nend l\nk -> l\n}}",
        "@compensate",
        "@message:m",
        "",
    ),
    "event-gateway-target": (f"{END}{EVENTS}\nuser w\ng -> w -> e", "\nuser w\ng -> w -> e", "", ""),
    "cancel-event": ("start s\nend e @cancel\ns -> e", " @cancel", "", ""),
    "compensation-handler": (
        f"{ONE}\nbound b attachedToRef=u @compensate\nt h isForCompensation=true\n",
        "\nt h",
        "\ncomp b -> h\nt h",
        "",
    ),
    "schema": (f"{ONE}\n", 'isExecutable="true"', 'isExecutable="perhaps"', ""),
    "reference-kind": (f"{END}xor x default=s\ns -> x -> e\nuser u\nx -> u -> e", " default=s", "", ""),
    "connection-end": (f"{ONE}\ntextAnnotation w\nassociation k sourceRef=w targetRef=gone", "=gone", "=u", ""),
    "data-place": (
        f"{END}sub a {{\nuser x\nioSpecification o | <inputSet/><outputSet/>\n}}\ns -> a -> e",
        "\nioSpecification o | <inputSet/><outputSet/>",
        "",
        "",
    ),
    "data-reference": (
        f"{END}user u | {io('')}<dataInputAssociation id='d'><sourceRef>X</sourceRef><targetRef>in0</targetRef>"
        "</dataInputAssociation>\ns -> u -> e",
        "<sourceRef>X</sourceRef>",
        "",
        "",
    ),
    "link-reference": (
        LINKS.replace(
            "throw a @link:L", 'throw a | <linkEventDefinition id="l" name="L"><target>e</target></linkEventDefinition>'
        ),
        "<target>e</target>",
        "",
        "",
    ),
    "link-pair": (
        "start s\nthrow a | <linkEventDefinition id='l' name='L'><target>k</target></linkEventDefinition>\n"
        "catch b | <linkEventDefinition id='k' name='L'><source>j</source></linkEventDefinition>\nend e\ns -> a\nb -> e",
        "<source>j</source>",
        "<source>l</source>",
        "",
    ),
    "flow-at-artifact": (f"{ONE}\ntextAnnotation w\nu -> w", "\nu -> w", "", ""),
    "missing-start": ("user u\nend e\nu -> e", "user u\n", "start s\nuser u\ns -> u\n", ""),
    "missing-end": ("start s\nuser u\ns -> u", "s -> u", "end e\ns -> u -> e", ""),
    "not-entered": (f"{ONE}\nuser v\nv -> e", "\nv -> e", "\nu -> v -> e", ""),
    "not-left": (f"{ONE}\nuser v\nu -> v", "\nu -> v", "\nu -> v -> e", ""),
    "event-not-connected": (f"{ONE}\nbound b attachedToRef=u @duration:P1D\n", "P1D\n", "P1D\nb -> e", ""),
    "link-flow": (f"{LINKS}\na -> e", "\na -> e", "", ""),
    "instantiating-task": (
        f"{END}receive r instantiate=true messageRef=m\ns -> r -> e",
        " instantiate=true",
        "",
        MESSAGE,
    ),
    "idle-gateway": (f"{END}xor x\ns -> x -> e", "xor x", "task x", ""),
    "gateway-direction": (
        WAYS.replace("xor x", "xor x gatewayDirection=Mixed"),
        "gatewayDirection=Mixed",
        "gatewayDirection=Diverging",
        "",
    ),
    "event-gateway-flows": (
        f"{END}evt g\ncatch c @duration:P1D\ns -> g -> c -> e",
        "s -> g -> c -> e",
        EVENTS[28:],
        "",
    ),
    "event-gateway-receive": (
        f"{END}{EVENTS}\nreceive r messageRef=m\ng -> r -> e\nbound b attachedToRef=r @duration:P1D\nb -> e",
        "\nbound b attachedToRef=r @duration:P1D\nb -> e",
        "",
        MESSAGE,
    ),
    "lonely-condition": (f"{END}user u\ns -> u\nu -> e : =x", "u -> e : =x", "u -> e", ""),
    "ignored-condition": (f"{END}and u\nuser v\ns -> u\nu -> v : =x\nu -> e\nv -> e", "u -> v : =x", "u -> v", ""),
    "default-condition": (WAYS.replace("xor x", "xor x default=f3").replace(": default", ": =b"), "v : =b", "v", ""),
    "flow-list": (f"{END}user u | <incoming>f1</incoming>\ns -> u -> e", " | <incoming>f1</incoming>", "", ""),
    "shared-trigger": (
        f"{ONE}\nthrow t | <signalEventDefinition id='g' signalRef='q'/>\nthrow v | <eventDefinitionRef>g</eventDefinitionRef>\n"
        "u -> t -> v -> e",
        "<eventDefinitionRef>g</eventDefinitionRef>",
        "<signalEventDefinition signalRef='q'/>",
        '<signal id="q" name="q"/>',
    ),
    "message-reference": (f"{END}catch c @message\ns -> c -> e", "@message", "@message:m", ""),
    "timer-form": (
        f"{END}catch c | <timerEventDefinition/>\ns -> c -> e",
        "<timerEventDefinition/>",
        "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>",
        "",
    ),
    "called-process-start": (
        f"start s\nstart n @message:m\nend e\nend k\ncall c | {calls('p')}\nn -> c -> k\ns -> e",
        "start s\n",
        "start s @message:o\n",
        "",
    ),
    "compensation-boundary": (
        f"{ONE}\nbound b attachedToRef=u cancelActivity=false @compensate\nt h isForCompensation=true\ncomp b -> h",
        " cancelActivity=false",
        "",
        "",
    ),
    "thrown-code": (
        f"{END}throw t | <escalationEventDefinition escalationRef='z'/>\ns -> t -> e",
        'name="z"/>',
        'name="z" escalationCode="z"/>',
        ESCALATION,
    ),
    "formal-expression": (WAYS.replace("=a", "if it is so"), "if it is so", "=a", ""),
    "empty-expression": (
        f"{END}user u | <standardLoopCharacteristics loopMaximum='3'><loopCondition {FORMAL}></loopCondition>"
        "</standardLoopCharacteristics>\ns -> u -> e",
        "></loopCondition>",
        ">=a</loopCondition>",
        "",
    ),
    "boolean-condition": (WAYS.replace("=a", "=23"), "=23", "=a", ""),
    "two-loop-markers": (
        f"{END}user u | <standardLoopCharacteristics loopMaximum='3'/>{multi(EACH)}\ns -> u -> e",
        "<standardLoopCharacteristics loopMaximum='3'/>",
        "",
        "",
    ),
    "multi-instance-source": (f"{END}user u | {multi('')}\ns -> u -> e", multi(""), multi(EACH), ""),
    "multi-instance-item": (
        f"{END}user u | {io(LIST_OF_A)}"
        + multi("<loopDataInputRef>in0</loopDataInputRef><inputDataItem id='x' itemSubjectRef='B'/>")
        + "\ns -> u -> e",
        "itemSubjectRef='B'",
        "itemSubjectRef='A'",
        ITEMS,
    ),
    "multi-instance-behavior": (f"{END}user u | {multi(EACH, NO_REF)}\ns -> u -> e", NO_REF, "", ""),
    "compensation-event": (f"{ONE}\nuser h{UNDO}", UNDO, "\nu -> h -> e", ""),
    "compensation-once": (
        f"{ONE}\nuser h{UNDO}\nuser g{UNDO}\nbound b attachedToRef=u @compensate\ncomp b -> h\ncomp b -> g",
        f"\nuser g{UNDO}",
        "",
        "",
    ),
    "caught-twice": (
        f"{ONE}\nbound b attachedToRef=u @error:x\nb -> e\nbound d attachedToRef=u @error:x\nd -> e",
        "attachedToRef=u @error:x\nd",
        "attachedToRef=u @error:y\nd",
        "",
    ),
    "script-format": (
        f"{END}script x | {script('=1', 'r')}<script>r = 1</script>\ns -> x -> e",
        "script x |",
        "script x scriptFormat=text/x-python |",
        "",
    ),
    "lane-membership": (ONE, 'isExecutable="true">', f'isExecutable="true">{LANES}', ""),
    "must-understand": (ONE, 'mustUnderstand="true"', "", '<extension mustUnderstand="true" definition="x"/>'),
    "condition-at-start": (f"{END}user u\ns -> u : =true\nu -> e", " : =true", "", ""),
    "instantiating-place": (
        f"{END}sub a {{\nend i\nreceive r instantiate=true messageRef=m\nr -> i\n}}\ns -> a -> e",
        " instantiate=true",
        "",
        '<message id="m" name="m"/>',
    ),
    "multi-instance-event": (
        f"{END}user u | {multi(EACH, NO_EVENT)}\ns -> u -> e",
        ' oneBehaviorEventRef="x"',
        "",
        "",
    ),
    "ad-hoc-content": (f"{END}adHoc a {{\nuser u\nend x\nu -> x\n}}\ns -> a -> e", "\nend x\nu -> x", "", ""),
    "flow-between-pools": (f"{ONE}\nu -> far", "\nu -> far", "", '<process id="q"><task id="far"/></process>'),
    "message-flow-ends": (
        ONE,
        'sourceRef="us"',
        'sourceRef="you"',
        POOLS.format('<messageFlow id="f" sourceRef="us" targetRef="u"/>'),
    ),
    "message-flow-event": (
        ONE,
        'targetRef="e"/></coll',
        'targetRef="u"/></coll',
        POOLS.format('<messageFlow id="f" sourceRef="you" targetRef="e"/>'),
    ),
    "global-conversation": (
        ONE,
        "<conversation id='k'/>",
        "",
        "<globalConversation id='g'><conversation id='k'/></globalConversation>",
    ),
    "participant-multiplicity": (
        ONE,
        'minimum="3"',
        'minimum="1"',
        "<collaboration id='c'><participant id='x'>"
        '<participantMultiplicity minimum="3" maximum="2"/></participant></collaboration>',
    ),
    "public-executable": (ONE, 'isExecutable="true"', 'isExecutable="true" processType="Public"', ""),
    "choreography-activity": (f"{ONE}\nchoreographyTask w", "\nchoreographyTask w", "", ""),
    "collection-flag": (
        TASK % (job("x") + io(' itemSubjectRef="A" isCollection="true"')),
        ' isCollection="true"',
        "",
        ITEMS,
    ),
    "data-set": (
        TASK % (job("x") + io("", sets="<inputSet/>")),
        "<inputSet/>",
        "<inputSet><dataInputRefs>in0</dataInputRefs></inputSet>",
        "",
    ),
    "data-set-pair": (
        TASK
        % (
            job("x")
            + "<ioSpecification><inputSet id='i'><outputSetRefs>o</outputSetRefs></inputSet><outputSet id='o'/></ioSpecification>"
        ),
        "<outputSetRefs>o</outputSetRefs>",
        "",
        "",
    ),
    "data-association": (
        TASK
        % (
            job("x")
            + io(' itemSubjectRef="A"')
            + "<dataInputAssociation id='d'><sourceRef>x</sourceRef><targetRef>in0</targetRef></dataInputAssociation>"
        )
        + "\ndataObject x itemSubjectRef=B",
        "itemSubjectRef=B",
        "itemSubjectRef=A",
        ITEMS,
    ),
    "event-data": (
        f"{END}catch c @duration:P1D | <dataOutput id='d'/><dataOutput id='d2'/>\ns -> c -> e",
        "<dataOutput id='d2'/>",
        "",
        "",
    ),
    "service-data": (
        f"{END}serviceTask u operationRef=o | {job('x')}{io(OF_B)}\ns -> u -> e",
        'itemSubjectRef="B"',
        'itemSubjectRef="A"',
        OPERATION,
    ),
    "message-data": (SEND % io("", ""), '<dataInput id="in1"/>', "", MESSAGE),
    "call-data": (
        f"{END}call c calledElement=q | {calls('q')}\ns -> c -> e",
        io(""),
        "",
        f"<process id='q'>{io('')}<startEvent id='qs'/></process>",
    ),
    "service-binding": (
        ONE,
        "<supportedInterfaceRef>i</supportedInterfaceRef>",
        "",
        OPERATION + "<process id='q'><supportedInterfaceRef>i</supportedInterfaceRef></process>",
    ),
    "role-assignment": (
        f"{END}user u | <performer id='r'><resourceRef>x</resourceRef><resourceAssignmentExpression/></performer>\ns -> u -> e",
        "<resourceRef>x</resourceRef>",
        "",
        "<resource id='x' name='x'/>",
    ),
    "property-place": (f"{END}xor x | <property id='y'/>\ns -> x -> e", " | <property id='y'/>", "", ""),
    "uri": (f"transaction a method=%%! {{\n{ONE}\n}}", " method=%%!", "", ""),
    "text-format": (f"{ONE}\ntextAnnotation w textFormat=plain", "=plain", "=text/plain", ""),
    "deadlock": (WAYS.replace("xor y", "and y"), "and y", "xor y", ""),
    "possible-deadlock": (CROSSED, "and j\nand k", "xor j\nxor k", ""),
    "token-left-behind": (
        f"{END}and a\nand j\nxor x\nuser u\nend k\ns -> a\na -> j\na -> x\nx -> k : =a\nx -> u : default\nu -> j -> e",
        "and j",
        "xor j",
        "",
    ),
    "possible-token-left": (f"{CROSSED}\nend n\na -> n", "and j\nand k", "xor j\nxor k", ""),
    "unbounded-tokens": (
        f"{END}xor x\nand a\nuser u\ns -> x -> u -> a\na -> x\na -> x\na -> e",
        "\na -> x\na -> x\na -> e",
        "\na -> e",
        "",
    ),
    "dead-element": (
        f"{END}sub a {{\nstart i\nend j @error:x\ni -> j\n}}\nuser u\nend k\ns -> a -> u -> e\nbound b attachedToRef=a @error:x\nb -> k",
        "end j @error:x",
        f"service j | {job('w')}",
        "",
    ),
    "not-explored": (MANY.format("and a"), "and a", "xor a", ""),
}
