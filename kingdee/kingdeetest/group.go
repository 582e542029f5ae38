package kingdeetest

// groupForm is the id of the form that holds the groups (分组) of a form's field,
// as "BD_Customer.FGroup".
func groupForm(form, key string) string { return form + "." + key }

func groupOf(form, key string) Form {
	return Form{
		ID: groupForm(form, key), Title: "分组", Key: "FID", Number: "FNumber", Name: "FName", Rule: "-",
		Fields: keys("FParentId# FDescription"), Required: keys("FName"),
	}
}
