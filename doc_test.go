package duijie_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The limits CONTRIBUTING.md names. A function's lines are those between its
// braces, without comments and blank lines.
const (
	maxFileLines = 700
	maxFuncLines = 80
)

// goFile is one parsed file of the repository, tests apart.
type goFile struct {
	path string
	fset *token.FileSet
	ast  *ast.File
}

// at is a place as a reader's editor opens it.
func (f goFile) at(n ast.Node) string {
	return fmt.Sprintf("%s:%d", f.path, f.fset.Position(n.Pos()).Line)
}

// goFiles parses every Go file that is no test and no test data.
func goFiles(t *testing.T) []goFile {
	t.Helper()
	var files []goFile
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata"):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, path, nil, parser.ParseComments|parser.SkipObjectResolution)
		files = append(files, goFile{path: filepath.ToSlash(path), fset: fset, ast: file})
		return err
	})
	require.NoError(t, err)
	require.Greater(t, len(files), 50, "the test runs in the folder of go.mod")
	return files
}

// public tells whether users can import the file's package.
func (f goFile) public() bool {
	return !strings.HasPrefix(f.path, "internal/") && !strings.HasPrefix(f.path, "examples/")
}

func TestFilesAndFunctionsStaySmall(t *testing.T) {
	t.Parallel()
	for _, f := range goFiles(t) {
		if n := f.fset.File(f.ast.Pos()).LineCount(); n > maxFileLines {
			t.Errorf("%s has %d lines, more than %d: split it by idea", f.path, n, maxFileLines)
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			fn, ok := n.(*ast.FuncDecl)
			if ok && fn.Body != nil && f.codeLines(fn.Body) > maxFuncLines {
				t.Errorf("%s: %s has %d lines, more than %d", f.at(fn), fn.Name.Name, f.codeLines(fn.Body), maxFuncLines)
			}
			return true
		})
	}
}

// codeLines counts the lines inside a block on which something stands that is
// no comment.
func (f goFile) codeLines(block *ast.BlockStmt) int {
	lines := map[int]bool{}
	ast.Inspect(block, func(n ast.Node) bool {
		if n != nil && n != ast.Node(block) {
			lines[f.fset.Position(n.Pos()).Line] = true
			lines[f.fset.Position(n.End()-1).Line] = true
		}
		return true
	})
	return len(lines)
}

func TestEveryExportedNameHasAComment(t *testing.T) {
	t.Parallel()
	packageDoc := map[string]bool{}
	for _, f := range goFiles(t) {
		if !f.public() {
			continue
		}
		dir := filepath.Dir(f.path)
		packageDoc[dir] = packageDoc[dir] || f.ast.Doc != nil
		for _, missing := range undocumented(f) {
			t.Errorf("%s: no comment that says what it means, its unit, zone, default or error", missing)
		}
	}
	for dir, ok := range packageDoc {
		if !ok {
			t.Errorf("%s: the package has no comment", dir)
		}
	}
}

// undocumented lists the exported names of a file that have no comment.
func undocumented(f goFile) []string {
	var missing []string
	note := func(n ast.Node, name string, comments ...*ast.CommentGroup) {
		for _, c := range comments {
			if strings.TrimSpace(c.Text()) != "" {
				return
			}
		}
		missing = append(missing, f.at(n)+": "+name)
	}
	for _, decl := range f.ast.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if recv := receiver(d); d.Name.IsExported() && (recv == "" || ast.IsExported(recv)) {
				note(d, strings.TrimPrefix(recv+"."+d.Name.Name, "."), d.Doc)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				inspectSpec(d, spec, note)
			}
		}
	}
	return missing
}

func inspectSpec(d *ast.GenDecl, spec ast.Spec, note func(ast.Node, string, ...*ast.CommentGroup)) {
	switch s := spec.(type) {
	case *ast.ValueSpec:
		for _, name := range s.Names {
			switch {
			case !name.IsExported():
			case d.Tok == token.CONST || !d.Lparen.IsValid(): // the comment of the group may speak for constants
				note(name, name.Name, d.Doc, s.Doc, s.Comment)
			default:
				note(name, name.Name, s.Doc, s.Comment)
			}
		}
	case *ast.TypeSpec:
		if !s.Name.IsExported() {
			return
		}
		note(s, s.Name.Name, d.Doc, s.Doc, s.Comment)
		fields, ok := s.Type.(*ast.StructType)
		if !ok || !isSettings(s.Name.Name) {
			return
		}
		for _, field := range fields.Fields.List {
			for _, name := range field.Names {
				if name.IsExported() {
					note(name, s.Name.Name+"."+name.Name, field.Doc, field.Comment)
				}
			}
		}
	}
}

// isSettings tells whether users fill the fields of a type by hand.
func isSettings(name string) bool {
	for _, suffix := range []string{"Config", "Options", "Query", "Request"} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}

// receiver is the name of the type a method belongs to, "" for a function.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	expr := d.Recv.List[0].Type
	for {
		switch x := expr.(type) {
		case *ast.StarExpr:
			expr = x.X
		case *ast.IndexExpr:
			expr = x.X
		case *ast.IndexListExpr:
			expr = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}

// Methods of generic types are compiled in every package that names the type, with all
// they call: a service with a method Source or Sink would have each program that only
// calls the platform compile pipelines for all of its records.
func TestSourcesAndSinksAreNoMethodsOfGenericServices(t *testing.T) {
	t.Parallel()
	for _, f := range goFiles(t) {
		platform, _, deep := strings.Cut(f.path, "/")
		if !deep || strings.Contains("sync mapping internal examples", platform) {
			continue
		}
		for _, d := range f.ast.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Recv == nil || !generic(fn.Recv.List[0].Type) {
				continue
			}
			if name := fn.Name.Name; strings.HasSuffix(name, "Source") || strings.HasSuffix(name, "Sink") {
				t.Errorf("%s: make %s a function: as a method of a generic type it is compiled by whoever names the type", f.at(fn), name)
			}
		}
	}
}

// generic tells whether a receiver has type parameters.
func generic(recv ast.Expr) bool {
	if star, ok := recv.(*ast.StarExpr); ok {
		recv = star.X
	}
	switch recv.(type) {
	case *ast.IndexExpr, *ast.IndexListExpr:
		return true
	}
	return false
}
