package platforms

import (
	"slices"

	"github.com/duijie-go/duijie/sync/qeasy"
)

// operation is what becomes of one operation of a platform in schemes.
type operation struct {
	api  string
	side qeasy.Side // the side that runs it; "" for neither
	why  string     // why neither does
}

// operations are those of a platform that its connector speaks of.
type operations []operation

func (o operations) find(api string) (operation, bool) {
	i := slices.IndexFunc(o, func(one operation) bool { return one.api == api })
	if i < 0 {
		return operation{}, false
	}
	return o[i], true
}

// APIs lists those that run on a side.
func (o operations) APIs() (out []string) {
	for _, one := range o {
		if one.side != "" {
			out = append(out, one.api)
		}
	}
	return out
}

// refusal is the reason why an operation does not run on a side, nil where it does.
func (o operations) refusal(side qeasy.Side, api string) error {
	one, known := o.find(api)
	var f findings
	switch {
	case known && one.side == side:
		return nil
	case !known:
		f.bad("/api", "", qeasy.CodeAPIUnsupported, "nothing is known of %s", api)
	case one.side == "":
		f.bad("/api", "", qeasy.CodeAPIUnsupported, "%s is not run: %s", api, one.why)
	case one.side == qeasy.SideSource:
		f.bad("/api", "", qeasy.CodeAPIUnsupported, "%s reads: it is a source's api", api)
	default:
		f.bad("/api", "", qeasy.CodeAPIUnsupported, "%s writes: it is a target's api", api)
	}
	return f.err()
}
