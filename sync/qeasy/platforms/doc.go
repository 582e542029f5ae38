// Package platforms joins the halves of 轻易云 schemes to the clients of the
// platforms: each function makes a qeasy.Connector of a client.
//
//	scheme, err := qeasy.Compile(source, target, qeasy.Config{
//		Source: platforms.WDT(shops, platforms.WDTConfig{}),
//		Target: platforms.Kingdee(books, platforms.KingdeeConfig{}),
//	})
//
// A connector takes over what schemes leave to the vendor's platform and the
// clients do better: windows of time are closed before they are read, cut to what
// the platform takes and overlap, pages stay right while rows move, writes whose
// answer was lost are looked up. What differs from the document by that is said in
// the scheme's notes; what a connector does not know is refused with its place, and
// nothing is left out in silence.
package platforms
