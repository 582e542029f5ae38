package platforms

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/dingtalk"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
)

// DingTalkConfig says what documents leave open. Zero means the default.
type DingTalkConfig struct {
	// App are the settings of the Yida application the client has. A document that names
	// another application, user or language is refused; with the zero value nothing is
	// compared, and the client's are taken.
	App dingtalk.YidaApp
	// Key is the text component that holds the business key of an instance, by which a
	// lost answer is settled. Without it such records are held for somebody to look.
	Key string
	// Update sets the values of approvals that were started when their records change.
	Update bool
}

// DingTalk joins 宜搭 to schemes: starts of approvals (发起流程) as a target, by v1.0 or
// v2.0 as the client's settings say, and forms of both versions likewise. The request
// is the form's data by component id; otherRequest names application, user and form.
func DingTalk(c *dingtalk.Client, cfg DingTalkConfig) qeasy.Connector {
	return dingtalkConnector{c, cfg}
}

type dingtalkConnector struct {
	client *dingtalk.Client
	cfg    DingTalkConfig
}

var (
	yidaStarts = []string{"v1.0/yida/processes/instances/start", "v2.0/yida/processes/instances/start"}
	yidaForms  = []string{"v1.0/yida/forms/instances", "v2.0/yida/forms/instances"}
)

// APIs lists the paths it writes to.
func (dingtalkConnector) APIs() []string { return slices.Concat(yidaStarts, yidaForms) }

// Match compares paths, with or without a slash in front.
func (dingtalkConnector) Match(side qeasy.Side, api string) bool {
	api = strings.TrimPrefix(api, "/")
	return side == qeasy.SideTarget && (slices.Contains(yidaStarts, api) || slices.Contains(yidaForms, api))
}

// Source is refused: the client reads forms by their components, and no scheme of
// them is known.
func (dingtalkConnector) Source(spec *qeasy.SourceSpec) (duijiesync.Source[json.RawMessage], []qeasy.Note, error) {
	return nil, nil, &qeasy.Problem{Side: qeasy.SideSource, Path: "/api", Code: qeasy.CodeAPIUnsupported, Offset: -1, Message: "no source of DingTalk is known: " + spec.API}
}

// Sink starts approvals or saves form instances.
func (d dingtalkConnector) Sink(spec *qeasy.SinkSpec) (duijiesync.Sink[qeasy.Write], []qeasy.Note, error) {
	var f findings
	form := ""
	process := slices.Contains(yidaStarts, strings.TrimPrefix(spec.API, "/"))
	cfg := dingtalk.ProcessSinkConfig[json.RawMessage]{Key: d.cfg.Key, Update: d.cfg.Update}
	for i := range spec.Other {
		field := &spec.Other[i]
		text, fixed := field.Constant()
		text = f.constant(field, text, fixed)
		switch field.Name {
		case "appType":
			d.agree(&f, field, text, d.cfg.App.AppType)
		case "userId":
			d.agree(&f, field, text, d.cfg.App.UserID)
		case "language":
			d.agree(&f, field, text, d.cfg.App.Language)
		case "systemToken":
			if has := d.cfg.App.SystemToken; text != "" && !has.IsZero() && text != has.Reveal() {
				f.badField(field, qeasy.CodeUnsupportedMember, "it is not the token of the client's settings; neither is shown")
			}
			f.note(field.Path, field.Name, "the client's settings count, a secret has no place in a document")
		case "formUuid":
			form = text
		case "processCode":
			cfg.ProcessCode = text
		case "departmentId":
			cfg.DepartmentID = text
		default:
			f.unknownParameter(field, nil)
		}
	}
	keyed := d.cfg.Key == ""
	for i := range spec.Fields {
		keyed = keyed || spec.Fields[i].Name == d.cfg.Key && !blank(&spec.Fields[i])
	}
	if !keyed {
		f.bad("/request", d.cfg.Key, qeasy.CodeUnsupportedMember, "the request gives no value to the component that holds the key")
	}
	if err := f.err(); err != nil {
		return nil, nil, err
	}
	if d.cfg.Key == "" {
		f.note("/api", "", "nothing says which component holds the key (DingTalkConfig.Key): a start whose answer is lost is held until somebody looks")
		return d.blind(form, process, cfg), f.notes, nil
	}
	f.note("/api", "", "a write whose answer is lost is settled by searching %s, after the index had time; version and application are those of the client's settings", d.cfg.Key)
	cfg.FormUUID = form
	if process {
		to, err := dingtalk.NewProcessSink(d.client.Yida(), cfg)
		if err != nil {
			return nil, nil, err
		}
		return newKeyedSink(to, max(spec.Rows, 1), nil, d.cfg.Key), f.notes, nil
	}
	to, err := dingtalk.NewFormSink(d.client.Yida(), dingtalk.FormSinkConfig[json.RawMessage]{FormUUID: form, Key: d.cfg.Key})
	if err != nil {
		return nil, nil, err
	}
	return newKeyedSink(to, max(spec.Rows, 1), nil, d.cfg.Key), f.notes, nil
}

// agree refuses a setting that is not the client's: nobody knows which one is meant.
func (d dingtalkConnector) agree(f *findings, field *qeasy.Field, text, has string) {
	if text != "" && has != "" && text != has {
		f.badField(field, qeasy.CodeUnsupportedMember, "the document says %q and the client's settings %q: make them agree", text, has)
	}
}

// blind writes without being able to look anything up.
func (d dingtalkConnector) blind(form string, process bool, cfg dingtalk.ProcessSinkConfig[json.RawMessage]) duijiesync.Sink[qeasy.Write] {
	y := d.client.Yida()
	return duijiesync.SinkFunc[qeasy.Write](func(ctx context.Context, rec duijiesync.Record[qeasy.Write]) (duijiesync.Outcome, error) {
		if rec.Target.ID != "" {
			return duijiesync.Outcome{}, fmt.Errorf("the instance %s was made already, and nothing says how to find it: %w", rec.Target.ID, duijie.ErrConflict)
		}
		var id string
		var err error
		if process {
			id, err = y.StartProcess(ctx, dingtalk.StartProcessRequest{FormUUID: form, Data: rec.Value.Request, ProcessCode: cfg.ProcessCode, DepartmentID: cfg.DepartmentID})
		} else {
			id, err = y.SaveForm(ctx, dingtalk.SaveFormRequest{FormUUID: form, Data: rec.Value.Request})
		}
		if err == nil && id == "" {
			err = errors.Join(errors.New("the answer names no instance"), duijie.ErrOutcomeUnknown)
		}
		return duijiesync.Outcome{TargetID: id}, err
	})
}
