package sqlexpr

// aggregateName marks the operations that read all rows.
const aggregateName = "aggregate"

// functions are the calls whose arguments are plain expressions, by their
// names in lower case.
var functions = map[string]*operation{}

// bareCalls are functions that may stand without parentheses.
var bareCalls = map[string]bool{}

// specialCalls read arguments of a syntax of their own.
var specialCalls = map[string]func(p *parser, t token) *node{}

func init() {
	for _, op := range []*operation{opIf, opIfNull, opNullIf, opCoalesce, opIsNull} {
		register(op)
	}
	for _, group := range [][]*operation{textFunctions, numberFunctions, timeFunctions, jsonFunctions} {
		for _, op := range group {
			register(op)
		}
	}
	for alias, name := range map[string]string{
		"substr": "substring", "mid": "substring", "ucase": "upper", "lcase": "lower", "ceil": "ceiling", "power": "pow",
		"day": "dayofmonth", "current_date": "curdate",
	} {
		functions[alias] = functions[name]
	}
	for _, name := range []string{"substring", "substr", "mid"} {
		specialCalls[name] = parseSubstring
	}
	bareCalls["current_date"] = true
	for _, name := range []string{"date_add", "date_sub", "adddate", "subdate"} {
		specialCalls[name] = parseDateAdd
	}
	specialCalls["timestampadd"], specialCalls["timestampdiff"] = parseTimestamp, parseTimestamp
	specialCalls["trim"] = parseTrim
	specialCalls["cast"] = parseCast
	specialCalls["convert"] = parseConvert
	for _, name := range aggregateNames {
		specialCalls[name] = parseAggregate
	}
}

func register(op *operation) { functions[lowerASCII(op.name)] = op }

func lowerASCII(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

func fixText(*machine, *node) attr { return attr{k: Text, dec: notFixed} }

// fixCount is the type of a number of 32 bits.
func fixCount(*machine, *node) attr { return attr{k: Int, ip: 10, narrow: true} }
