{
  "drpost": false,
  "drMessage": null,
  "services": [
    {
      "redirectUrl": null,
      "serviceName": "Acme Store",
      "events": [
        {
          "usersAffected": "All users will be affected",
          "epochStartDate": 1772964000000,
          "epochEndDate": 1772971200000,
          "messageId": "2000000031",
          "statusType": "Maintenance",
          "datePosted": "03/01/2026 04:30 PST",
          "eventStatus": "upcoming",
          "message": "Service will be unavailable."
        },
        {
          "usersAffected": "All users are affected",
          "epochStartDate": 1772359200000,
          "epochEndDate": null,
          "messageId": "2000000030",
          "statusType": "Maintenance",
          "datePosted": "03/01/2026 04:30 PST",
          "eventStatus": "ongoing",
          "message": "Due to maintenance, some services are unavailable."
        }
      ]
    }
  ]
}
