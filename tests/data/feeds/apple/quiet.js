{
  "drpost": false,
  "drMessage": null,
  "services": [
    {"redirectUrl": null, "serviceName": "Acme Mail", "events": []},
    {"redirectUrl": "https://acme.example/", "serviceName": "Acme Account &amp; Sign In", "events": []}
  ]
}
