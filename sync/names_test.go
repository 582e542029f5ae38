package sync_test

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// The package shares its name with the standard library's. As long as they
// share no exported name, a mix-up is an error of the compiler, and tools that
// add imports choose the right one.
func TestExportedNamesDifferFromTheStandardSync(t *testing.T) {
	t.Parallel()
	standard := exportedNames(t, importedFrom(t, "sync"))
	for _, name := range []string{
		"Cond", "Locker", "Map", "Mutex", "NewCond", "Once", "OnceFunc", "OnceValue", "OnceValues", "Pool", "RWMutex", "WaitGroup",
	} {
		require.Contains(t, standard, name, "the standard package was not read right")
	}
	ours := exportedNames(t, ".")
	for _, name := range []string{"Pipeline", "Source", "NewMemoryState", "ErrSkip", "OutcomeCreated"} {
		require.Contains(t, ours, name, "our package was not read right")
	}
	for name, place := range ours {
		if theirs, both := standard[name]; both {
			t.Errorf("%s: %s is a name of the standard sync too (%s): rename it", place, name, theirs)
		}
	}
}

// importedFrom is the folder of a standard package.
func importedFrom(t *testing.T, path string) string {
	t.Helper()
	pkg, err := build.Default.Import(path, "", build.FindOnly)
	require.NoError(t, err)
	return pkg.Dir
}

// exportedNames maps the exported package-level names of a folder's files,
// tests apart, to where they are declared.
func exportedNames(t *testing.T, dir string) map[string]token.Position {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	names, fset := map[string]token.Position{}, token.NewFileSet()
	for _, path := range files {
		if matched, _ := filepath.Match("*_test.go", filepath.Base(path)); matched {
			continue
		}
		file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, name := range declared(file) {
			if name.IsExported() {
				names[name.Name] = fset.Position(name.Pos())
			}
		}
	}
	return names
}

// declared lists the names a file declares in its package.
func declared(file *ast.File) []*ast.Ident {
	var names []*ast.Ident
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				names = append(names, d.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch s := spec.(type) {
				case *ast.TypeSpec:
					names = append(names, s.Name)
				case *ast.ValueSpec:
					names = append(names, s.Names...)
				}
			}
		}
	}
	return names
}
