{
  "drpost": false,
  "drMessage": null,
  "services": [
    {
      "redirectUrl": null,
      "serviceName": "Acme Mail",
      "events": [
        {
          "usersAffected": "Some users are affected",
          "epochStartDate": 1772359200000,
          "epochEndDate": null,
          "messageId": "1000000310",
          "statusType": "Outage",
          "datePosted": "03/01/2026 04:30 PST",
          "startDate": "03/01/2026 02:00 PST",
          "endDate": null,
          "affectedServices": ["Acme Mail", "Acme Notes"],
          "eventStatus": "ongoing",
          "message": "Users may be experiencing intermittent issues with this service."
        }
      ]
    },
    {
      "redirectUrl": null,
      "serviceName": "Acme Notes",
      "events": [
        {
          "usersAffected": "Some users were affected",
          "epochStartDate": 1772359200000,
          "epochEndDate": 1772362800000,
          "messageId": "1000000310",
          "statusType": "Outage",
          "datePosted": "03/01/2026 04:30 PST",
          "startDate": "03/01/2026 02:00 PST",
          "endDate": "03/01/2026 03:00 PST",
          "affectedServices": null,
          "eventStatus": "resolved",
          "message": "Users experienced a problem with this service."
        },
        {
          "usersAffected": null,
          "epochStartDate": 1772355600000,
          "epochEndDate": null,
          "messageId": 1000000309,
          "statusType": "Hiccup",
          "datePosted": "03/01/2026 04:30 PST",
          "startDate": "03/01/2026 01:00 PST",
          "endDate": null,
          "affectedServices": null,
          "eventStatus": "pondered",
          "message": "Something is odd."
        }
      ]
    },
    {"redirectUrl": null, "serviceName": "Acme Photos", "events": []}
  ]
}
