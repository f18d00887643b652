output "lists" {
  description = "The StringList handles by name, each a list of strings."
  value       = { for name, kind in local.required : name => split(",", local.plain[name]) if kind == "StringList" }
}

output "optional" {
  description = "The handles that a landing zone may leave out, by name; null where it does."
  value       = { for name, kind in local.optional : name => lookup(local.plain, name, null) }
}

output "text" {
  description = "The String handles by name."
  value       = { for name, kind in local.required : name => local.plain[name] if kind == "String" }
}
