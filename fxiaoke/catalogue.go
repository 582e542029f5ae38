package fxiaoke

import (
	"slices"
	"strings"
	"sync"

	"github.com/duijie-go/duijie"
)

// Operation is what the platform's documentation says about an operation. One that is
// not documented can be called all the same.
type Operation struct {
	Path  string // "/cgi/crm/v2/data/query"
	Title string // the platform's name of it, "查询数据"; "" where it is not documented
	// Effect is what a repeat does. An update is a write here: whether it starts a
	// workflow depends on its body.
	Effect duijie.Effect

	update  bool // idempotent where it starts nothing
	noToken bool
	appOnly bool // takes appId and appSecret in place of a token
}

// Paths of the two families of objects.
const (
	presetPath = "/cgi/crm/v2/data/"
	customPath = "/cgi/crm/custom/v2/data/"
)

// operations is every operation the contract of this platform holds: what a repeat does
// (r read, i idempotent, u update, w write; a = of the application, without a token), its path and its
// name.
const operations = `
r /cgi/crm/v2/data/query 查询预置对象数据列表
r /cgi/crm/v2/data/get 查询预置对象数据详情
w /cgi/crm/v2/data/create 新增预置对象数据
u /cgi/crm/v2/data/update 修改预置对象数据
i /cgi/crm/v2/data/invalid 作废预置对象数据
i /cgi/crm/v2/data/recover 恢复预置对象数据
i /cgi/crm/v2/data/delete 删除预置对象数据
w /cgi/crm/v2/data/changeOwner 更换预置对象负责人
w /cgi/crm/v2/data/return 退回公海或线索池
r /cgi/crm/custom/v2/data/query 查询自定义对象数据列表
r /cgi/crm/custom/v2/data/get 查询自定义对象数据详情
w /cgi/crm/custom/v2/data/create 新增自定义对象数据
u /cgi/crm/custom/v2/data/update 修改自定义对象数据
i /cgi/crm/custom/v2/data/invalid 作废自定义对象数据
i /cgi/crm/custom/v2/data/recover 恢复自定义对象数据
i /cgi/crm/custom/v2/data/delete 删除自定义对象数据
w /cgi/crm/custom/v2/data/changeOwner 更换自定义对象负责人
r /cgi/crm/custom/v2/data/findSimple 查询数据列表（简化）
r /cgi/crm/custom/v2/data/findOne 查询单条数据
i /cgi/crm/custom/data/invalid 批量作废
r /cgi/crm/v2/object/list 查询对象列表
r /cgi/crm/v2/object/describe 查询对象描述
r /cgi/crm/object/list 查询对象列表（旧）
r /cgi/crm/object/describe 查询对象描述（旧）
i /cgi/crm/v2/object/lock 锁定
i /cgi/crm/v2/object/unlock 解锁
w /cgi/crm/team/add 添加相关团队成员
w /cgi/crm/team/edit 编辑相关团队成员
w /cgi/crm/team/delete 删除相关团队成员
r /cgi/crm/team/get 查询相关团队成员
r /cgi/crm/approvalInstances/query 查询审批流实例
w /cgi/crm/erp/syncdata/objdata/push 推送ERP数据
i /cgi/crm/v2/generatorFileUploadCredential 获取文件上传凭证
r /cgi/user/getByMobile 根据手机号查询员工
r /cgi/user/list 查询部门下员工详情列表
r /cgi/user/simpleList 查询部门下员工列表
r /cgi/user/get 查询员工
r /cgi/user/get/batchByUpdTime 根据更新时间查询员工
r /cgi/department/list 查询部门列表
r /cgi/department/detail 查询部门详情
w /cgi/message/send 发送消息
i /media/delete 删除媒体文件
r /cgi/jsApiTicket/get 获取 jsApiTicket
ar /cgi/appAccessToken/get 获取 appAccessToken
aw /oauth2.0/token 用户授权换取 accessToken
ar /oauth2.0/getUserInfoByCode 根据授权码查询用户
`

var effectLetters = map[byte]duijie.Effect{'r': duijie.EffectRead, 'i': duijie.EffectIdempotent, 'u': duijie.EffectWrite, 'w': duijie.EffectWrite}

// catalogue holds the operations by path. It never changes.
var catalogue = sync.OnceValue(func() map[string]*Operation {
	all := map[string]*Operation{}
	for line := range strings.Lines(strings.TrimSpace(operations)) {
		parts := strings.SplitN(strings.TrimSpace(line), " ", 3)
		letters, app := strings.CutPrefix(parts[0], "a")
		all[parts[1]] = &Operation{
			Path: parts[1], Title: parts[2], Effect: effectLetters[letters[0]], update: letters == "u", noToken: app, appOnly: app,
		}
	}
	return all
})

// LookupOperation tells what is documented about an operation.
func LookupOperation(path string) (Operation, bool) {
	o, ok := catalogue()[path]
	if !ok {
		return Operation{}, false
	}
	return *o, true
}

// Operations are all documented operations that [Client.Call] reaches, ordered by path.
func Operations() []Operation {
	out := make([]Operation, 0, len(catalogue()))
	for _, o := range catalogue() {
		out = append(out, *o)
	}
	slices.SortFunc(out, func(a, b Operation) int { return strings.Compare(a.Path, b.Path) })
	return out
}

// operationOf is what is known about an operation. One that is not known writes.
func operationOf(path string) *Operation {
	if o, ok := catalogue()[path]; ok {
		return o
	}
	return &Operation{Path: path, Effect: duijie.EffectWrite}
}

// tokenOperation asks for the token of the application.
func tokenOperation(path string) *Operation {
	return &Operation{Path: path, Effect: duijie.EffectRead, noToken: true}
}

// group is the limiter's: each path has one of its own.
func (o *Operation) group() string {
	if o.place() == onToken {
		return tokenGroup
	}
	return o.Path
}

func (o *Operation) place() place {
	switch {
	case o.Path == bodyTokenPath, strings.HasPrefix(o.Path, "/oauth2.0/"), o.Path == "/cgi/appAccessToken/get":
		return onToken
	case strings.HasPrefix(o.Path, "/cgi/user/"), strings.HasPrefix(o.Path, "/cgi/department/"):
		return onAddress
	}
	return anywhere
}

// IsCustom tells custom objects, whose name ends in __c, from preset ones (AccountObj).
func IsCustom(object string) bool { return strings.HasSuffix(object, "__c") }

// dataPath is the path of an action on the data of an object.
func dataPath(object, action string) string {
	if IsCustom(object) || action == "findSimple" || action == "findOne" {
		return customPath + action
	}
	return presetPath + action
}
