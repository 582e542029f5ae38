package dingtalk

// operations is every operation of the platform's documentation that this
// package knows (open.dingtalk.com): gateway, method, effect (r read, i idempotent,
// w write), member of a successful answer, path and name. See parseOperation. /v*/
// stands for both versions of Yida.
//
// Updates set absolute values and deletions end in the same state, so both are
// idempotent; a sub-table that is updated is replaced as a whole. An insertOrUpdate
// is a write: two at the same time may both insert. Executing a task is a write: a
// second time it is another node's task or an error.
const operations = `
api POST r !accessToken /v1.0/oauth2/accessToken 获取企业内部应用的accessToken
api POST r !access_token /v1.0/oauth2/{corpId}/token 获取应用的Access Token
api POST r !accessToken /v1.0/oauth2/corpAccessToken 获取第三方应用授权企业的accessToken
api POST w !endpoint /v1.0/gateway/connections/open 开通Stream连接
api POST w result /v*/yida/processes/instances/start 发起宜搭审批流程
api POST r data /v*/yida/processes/instanceIds 获取流程实例ID列表
api POST r data /v*/yida/processes/instances 获取流程实例列表
api GET r processInstanceId /v*/yida/processes/instancesInfos/{id} 根据流程实例ID获取流程实例
api POST w result /v*/yida/forms/instances 新增表单实例
api PUT i 0 /v*/yida/forms/instances 更新表单数据
api GET r formData /v*/yida/forms/instances/{id} 查询表单数据
api POST r data /v*/yida/forms/instances/ids/{appType}/{formUuid} 获取表单实例ID列表
api POST w result /v*/yida/forms/instances/insertOrUpdate 新增或更新表单实例
api POST r data /v*/yida/forms/instances/search 查询表单实例数据
api POST r data /v*/yida/forms/instances/advances/queryAll 通过高级查询条件获取表单实例数据（包括子表单组件数据）
api DELETE i 0 /v1.0/yida/forms/instances 删除表单数据
api POST w - /v1.0/yida/forms/instances/batchSave 批量保存表单实例
api POST i 0 /v1.0/yida/forms/instances/batchRemove 批量删除表单实例
api PUT i - /v1.0/yida/forms/instances/components 批量更新表单实例内的组件值
api PUT i - /v1.0/yida/forms/instances/datas 批量更新表单实例
api POST r result /v1.0/yida/forms/instances/ids/query 批量获取表单实例数据
api POST r data /v1.0/yida/forms/instances/advances/query 通过高级查询条件获取表单实例数据（不包括子表单组件数据）
api POST r operationLogMap /v1.0/yida/forms/operationsLogs/query 获取表单数据变更记录
api GET r data /v1.0/yida/forms/innerTables/{formInstanceId} 查询子表单组件数据
api GET r result /v1.0/yida/forms/formFields 获取表单组件定义列表
api GET r result /v1.0/yida/forms/definitions/{appType}/{formUuid} 获取表单定义
api GET r result /v1.0/yida/forms 获取应用下的表单列表
api DELETE i 0 /v1.0/yida/processes/instances 删除流程实例
api PUT i 0 /v1.0/yida/processes/instances 更新流程实例
api PUT i 0 /v1.0/yida/processes/instances/terminate 终止流程实例
api GET r result /v1.0/yida/processes/instances/searchWithIds 批量查询流程实例
api GET r result /v1.0/yida/processes/operationRecords 获取审批记录
api POST w 0 /v1.0/yida/tasks/execute 执行宜搭的审批任务
api GET r result /v1.0/yida/processes/tasks/getRunningTasks 查询流程运行任务
api GET r result /v1.0/yida/apps/temporaryUrls/{appType} 获取宜搭附件临时免登地址
api POST i result /v2.0/yida/forms/updateSubTable 更新子表单
api POST i result /v2.0/yida/forms/updateSubTableByRowId 按行更新子表单
api GET r result /v2.0/yida/forms/component/alias/{appType}/{formUuid} 获取组件别名
api POST w - /v2.0/yida/processes/instances/restartInstance 退回流程实例
api POST w instanceId /v1.0/workflow/processInstances 发起审批实例
api GET r result /v1.0/workflow/processInstances 获取单个审批实例详情
api POST r result /v1.0/workflow/processes/instanceIds/query 获取审批实例ID列表
api POST i - /v1.0/workflow/processInstances/terminate 撤销审批实例
oapi GET r !access_token /gettoken 获取企业内部应用的access_token
oapi POST r result /topapi/v2/user/get 查询用户详情
oapi POST r result /topapi/v2/user/getbymobile 根据手机号查询用户
oapi POST r result /topapi/user/getbyunionid 根据unionid获取用户userid
oapi POST r result /topapi/user/listid 获取部门用户userid列表
oapi POST r result /topapi/user/listsimple 获取部门用户基础信息
oapi POST r result /topapi/v2/user/list 获取部门用户详情
oapi POST r result /topapi/v2/department/listsub 获取部门列表
oapi POST r result /topapi/v2/department/listsubid 获取子部门ID列表
oapi POST r result /topapi/v2/department/get 获取部门详情
oapi POST w !- /robot/send 自定义机器人发送群消息
oapi POST w task_id /topapi/message/corpconversation/asyncsend_v2 发送工作通知
oapi POST r - /topapi/message/corpconversation/getsendresult 获取工作通知消息的发送结果
oapi POST w !- /service/get_corp_token 获取第三方应用授权企业的access_token
`
