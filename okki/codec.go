package okki

// The types of answers decode loosely and are encoded as they came but for what was
// changed; those of pushes leave out what is not set. See decoder and encodeObject.

// UnmarshalJSON reads it as loosely as the platform writes it.
func (v *CompanyRow) UnmarshalJSON(b []byte) error { return decode(b, v) }

// MarshalJSON writes it as it came, but for fields that were changed.
func (v CompanyRow) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads it as loosely as the platform writes it.
func (v *Company) UnmarshalJSON(b []byte) error { return decode(b, v) }

// MarshalJSON writes it as it came, but for fields that were changed.
func (v Company) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads it as loosely as the platform writes it.
func (v *Contact) UnmarshalJSON(b []byte) error { return decode(b, v) }

// MarshalJSON writes it as it came, but for fields that were changed.
func (v Contact) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// MarshalJSON leaves out what is not set, and adds Extra.
func (v CompanyPush) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// MarshalJSON leaves out what is not set, and adds Extra.
func (v ContactPush) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads it as loosely as the platform writes it.
func (v *CompanyMatch) UnmarshalJSON(b []byte) error { return decode(b, v) }

// MarshalJSON writes it as it came, but for fields that were changed.
func (v CompanyMatch) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// MarshalJSON leaves out what is not set, and adds Extra.
func (v PoolRequest) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads it as loosely as the platform writes it.
func (v *FieldDef) UnmarshalJSON(b []byte) error { return decode(b, v) }

// MarshalJSON writes it as it came, but for fields that were changed.
func (v FieldDef) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads it as loosely as the platform writes it.
func (v *ProductGroup) UnmarshalJSON(b []byte) error { return decode(b, v) }

// MarshalJSON writes it as it came, but for fields that were changed.
func (v ProductGroup) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads it as loosely as the platform writes it.
func (v *SKUAttribute) UnmarshalJSON(b []byte) error { return decode(b, v) }

// MarshalJSON writes it as it came, but for fields that were changed.
func (v SKUAttribute) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// MarshalJSON leaves out what is not set, and adds Extra.
func (v SKUAttributePush) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// MarshalJSON leaves out what is not set, and adds Extra.
func (v SKUItemRename) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads it as loosely as the platform writes it.
func (v *InventoryRow) UnmarshalJSON(b []byte) error { return decode(b, v) }

// MarshalJSON writes it as it came, but for fields that were changed.
func (v InventoryRow) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// MarshalJSON leaves out what is not set, and adds Extra.
func (v Stock) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads it as loosely as the platform writes it.
func (v *Warehouse) UnmarshalJSON(b []byte) error { return decode(b, v) }

// MarshalJSON writes it as it came, but for fields that were changed.
func (v Warehouse) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads it as loosely as the platform writes it.
func (v *LeadRow) UnmarshalJSON(b []byte) error { return decode(b, v) }

// MarshalJSON writes it as it came, but for fields that were changed.
func (v LeadRow) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads it as loosely as the platform writes it.
func (v *Lead) UnmarshalJSON(b []byte) error { return decode(b, v) }

// MarshalJSON writes it as it came, but for fields that were changed.
func (v Lead) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// MarshalJSON leaves out what is not set, and adds Extra.
func (v LeadPush) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads it as loosely as the platform writes it.
func (v *Opportunity) UnmarshalJSON(b []byte) error { return decode(b, v) }

// MarshalJSON writes it as it came, but for fields that were changed.
func (v Opportunity) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// MarshalJSON leaves out what is not set, and adds Extra.
func (v OpportunityPush) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads it as loosely as the platform writes it.
func (v *Trail) UnmarshalJSON(b []byte) error { return decode(b, v) }

// MarshalJSON writes it as it came, but for fields that were changed.
func (v Trail) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// MarshalJSON leaves out what is not set, and adds Extra.
func (v TrailPush) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads it as loosely as the platform writes it.
func (v *Receipt) UnmarshalJSON(b []byte) error { return decode(b, v) }

// MarshalJSON writes it as it came, but for fields that were changed.
func (v Receipt) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// MarshalJSON leaves out what is not set, and adds Extra.
func (v ReceiptPush) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads it as loosely as the platform writes it.
func (v *ReceiptRegistration) UnmarshalJSON(b []byte) error { return decode(b, v) }

// MarshalJSON writes it as it came, but for fields that were changed.
func (v ReceiptRegistration) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// MarshalJSON leaves out what is not set, and adds Extra.
func (v ReceiptRegistrationPush) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads it as loosely as the platform writes it.
func (v *Payment) UnmarshalJSON(b []byte) error { return decode(b, v) }

// MarshalJSON writes it as it came, but for fields that were changed.
func (v Payment) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads it as loosely as the platform writes it.
func (v *Cost) UnmarshalJSON(b []byte) error { return decode(b, v) }

// MarshalJSON writes it as it came, but for fields that were changed.
func (v Cost) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads it as loosely as the platform writes it.
func (v *CapitalAccount) UnmarshalJSON(b []byte) error { return decode(b, v) }

// MarshalJSON writes it as it came, but for fields that were changed.
func (v CapitalAccount) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads it as loosely as the platform writes it.
func (v *OrderRow) UnmarshalJSON(b []byte) error { return decode(b, v) }

// MarshalJSON writes it as it came, but for fields that were changed.
func (v OrderRow) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads it as loosely as the platform writes it.
func (v *Order) UnmarshalJSON(b []byte) error { return decode(b, v) }

// MarshalJSON writes it as it came, but for fields that were changed.
func (v Order) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads it as loosely as the platform writes it.
func (v *OrderLine) UnmarshalJSON(b []byte) error { return decode(b, v) }

// MarshalJSON writes it as it came, but for fields that were changed.
func (v OrderLine) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// MarshalJSON leaves out what is not set, and adds Extra.
func (v OrderPush) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// MarshalJSON leaves out what is not set, and adds Extra.
func (v OrderLinePush) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads it as loosely as the platform writes it.
func (v *ProductRow) UnmarshalJSON(b []byte) error { return decode(b, v) }

// MarshalJSON writes it as it came, but for fields that were changed.
func (v ProductRow) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads it as loosely as the platform writes it.
func (v *Product) UnmarshalJSON(b []byte) error { return decode(b, v) }

// MarshalJSON writes it as it came, but for fields that were changed.
func (v Product) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads it as loosely as the platform writes it.
func (v *SKU) UnmarshalJSON(b []byte) error { return decode(b, v) }

// MarshalJSON writes it as it came, but for fields that were changed.
func (v SKU) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// MarshalJSON leaves out what is not set, and adds Extra.
func (v ProductPush) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// MarshalJSON leaves out what is not set, and adds Extra.
func (v SKUPush) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads it as loosely as the platform writes it.
func (v *PurchaseOrder) UnmarshalJSON(b []byte) error { return decode(b, v) }

// MarshalJSON writes it as it came, but for fields that were changed.
func (v PurchaseOrder) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads it as loosely as the platform writes it.
func (v *PurchaseOrderLine) UnmarshalJSON(b []byte) error { return decode(b, v) }

// MarshalJSON writes it as it came, but for fields that were changed.
func (v PurchaseOrderLine) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// MarshalJSON leaves out what is not set, and adds Extra.
func (v PurchaseOrderPush) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// MarshalJSON leaves out what is not set, and adds Extra.
func (v PurchaseOrderLinePush) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads it as loosely as the platform writes it.
func (v *Supplier) UnmarshalJSON(b []byte) error { return decode(b, v) }

// MarshalJSON writes it as it came, but for fields that were changed.
func (v Supplier) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads it as loosely as the platform writes it.
func (v *SupplierContact) UnmarshalJSON(b []byte) error { return decode(b, v) }

// MarshalJSON writes it as it came, but for fields that were changed.
func (v SupplierContact) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// MarshalJSON leaves out what is not set, and adds Extra.
func (v SupplierPush) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// MarshalJSON leaves out what is not set, and adds Extra.
func (v SupplierContactPush) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads it as loosely as the platform writes it.
func (v *SupplierProduct) UnmarshalJSON(b []byte) error { return decode(b, v) }

// MarshalJSON writes it as it came, but for fields that were changed.
func (v SupplierProduct) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads it as loosely as the platform writes it.
func (v *Quotation) UnmarshalJSON(b []byte) error { return decode(b, v) }

// MarshalJSON writes it as it came, but for fields that were changed.
func (v Quotation) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads it as loosely as the platform writes it.
func (v *QuotationLine) UnmarshalJSON(b []byte) error { return decode(b, v) }

// MarshalJSON writes it as it came, but for fields that were changed.
func (v QuotationLine) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// MarshalJSON leaves out what is not set, and adds Extra.
func (v QuotationPush) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// MarshalJSON leaves out what is not set, and adds Extra.
func (v QuotationLinePush) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads it as loosely as the platform writes it.
func (v *Outbound) UnmarshalJSON(b []byte) error { return decode(b, v) }

// MarshalJSON writes it as it came, but for fields that were changed.
func (v Outbound) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads it as loosely as the platform writes it.
func (v *OutboundLine) UnmarshalJSON(b []byte) error { return decode(b, v) }

// MarshalJSON writes it as it came, but for fields that were changed.
func (v OutboundLine) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// MarshalJSON leaves out what is not set, and adds Extra.
func (v OutboundPush) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// MarshalJSON leaves out what is not set, and adds Extra.
func (v OutboundLinePush) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads it as loosely as the platform writes it.
func (v *Inbound) UnmarshalJSON(b []byte) error { return decode(b, v) }

// MarshalJSON writes it as it came, but for fields that were changed.
func (v Inbound) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads it as loosely as the platform writes it.
func (v *InboundLine) UnmarshalJSON(b []byte) error { return decode(b, v) }

// MarshalJSON writes it as it came, but for fields that were changed.
func (v InboundLine) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// MarshalJSON leaves out what is not set, and adds Extra.
func (v InboundPush) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// MarshalJSON leaves out what is not set, and adds Extra.
func (v InboundLinePush) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads it as loosely as the platform writes it.
func (v *PurchaseReturn) UnmarshalJSON(b []byte) error { return decode(b, v) }

// MarshalJSON writes it as it came, but for fields that were changed.
func (v PurchaseReturn) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// MarshalJSON leaves out what is not set, and adds Extra.
func (v PurchaseReturnPush) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads it as loosely as the platform writes it.
func (v *User) UnmarshalJSON(b []byte) error { return decode(b, v) }

// MarshalJSON writes it as it came, but for fields that were changed.
func (v User) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads it as loosely as the platform writes it.
func (v *Department) UnmarshalJSON(b []byte) error { return decode(b, v) }

// MarshalJSON writes it as it came, but for fields that were changed.
func (v Department) MarshalJSON() ([]byte, error) { return encodeObject(v) }
